"""The grid of stability tests that two posts print: where batch norm is, which optimizer, which loss."""

from dataclasses import dataclass
from statistics import median

from matplotlib.axes import Axes

from gan_runner.claims.chart import plain_log, strips
from gan_runner.claims.claim import Bench, Numbers
from gan_runner.claims.digits import fids_and_classes
from gan_runner.compare.runs import Run
from gan_runner.compare.statistics import wilson

STEPS = 1500
NORMS = {
    "in both": (),
    "not in G": ("arch.generator.norm=none",),
    "nowhere": ("arch.generator.norm=none", "arch.discriminator.norm=none"),
}
OPTIMIZERS = {"Adam": (), "RMSProp": ("optim=rmsprop",)}
LOSSES = {
    "GAN": (),
    "LSGAN": ("loss=lsgan",),
    "LSGAN (-1, 1, 0)": ("loss=lsgan", "loss.a=-1.0", "loss.b=1.0", "loss.c=0.0"),
}
CLASSES = 10
METHOD = (
    "MNIST at 28 pixels, a DCGAN of width 16 instead of 112-pixel rooms with eight times the width, learning rate "
    "2e-4, batches of 64, 1,500 steps. A run learns if its 2,000 samples have all ten classes (1 % of them "
    "each) and their FID on the "
    "features of a digit classifier is at most twice the median of the cell with batch norm in both nets, Adam and the "
    "non-saturating loss."
)


@dataclass(frozen=True)
class Cell:
    """One cell; ``rate`` is the learning rate, ``separate`` that D has an optimizer for each of its terms."""

    norm: str
    optimizer: str
    loss: str
    rate: float = 2e-4
    separate: bool = False

    def __str__(self) -> str:
        """Return e.g. ``LSGAN, RMSProp, norm not in G``."""
        rate = "" if self.rate == 2e-4 else f" at {self.rate:g}"
        who = f"two {self.optimizer}s" if self.separate else self.optimizer
        return f"{self.loss}, {who}{rate}, norm {self.norm}"

    @property
    def words(self) -> list[str]:
        """What gan-train is told; a loss would bring the optimizer of its paper with it."""
        chosen = [] if self.optimizer == "RMSProp" else ["optim=adam"]
        update = ["trainer.d_update=separate"] if self.separate else []
        parts = (NORMS[self.norm], OPTIMIZERS[self.optimizer], LOSSES[self.loss])
        return [*(word for part in parts for word in part), *chosen, *update, f"optim.lr={self.rate:g}", "logger=none"]


REFERENCE = Cell("in both", "Adam", "GAN")


def measure(bench: Bench, cells: list[Cell]) -> Numbers:
    """Return of each of ``cells`` how many seeds learn and the distances at their ends, and what learning is here."""
    limit = 2.0 * median(fids_and_classes(_runs(bench, REFERENCE))[0])
    numbers: Numbers = {"seeds": bench.seeds, "FID of a run that learns, at most": limit}
    for cell in cells:
        fids, classes = fids_and_classes(_runs(bench, cell))
        numbers |= {
            f"seeds that learn, {cell}": sum(
                count == CLASSES and fid <= limit for fid, count in zip(fids, classes, strict=True)
            ),
            f"median FID, {cell}": median(fids),
            f"classes at the end, {cell}": classes,
            f"FID at the end, {cell}": fids,
        }
    return numbers


def rate(numbers: Numbers, cell: Cell) -> str:
    """Return e.g. ``7 of 10 (40% to 89%)``: the seeds that learn, with the 95 % interval of their share."""
    learned, seeds = numbers[f"seeds that learn, {cell}"], numbers["seeds"]
    low, high = wilson(learned, seeds)
    return f"{learned} of {seeds} ({low:.0%} to {high:.0%})"


def draw(numbers: Numbers, cells: list[Cell], axes: Axes) -> None:
    """Draw the distance that every seed ended at, a row a cell, and the limit of a run that learns."""
    rows = {str(cell).replace(", norm", ",\nnorm"): cell for cell in cells}
    told = {name: f"{numbers[f'seeds that learn, {cell}']} of {numbers['seeds']}" for name, cell in rows.items()}
    lacking = {name: [n < CLASSES for n in numbers[f"classes at the end, {cell}"]] for name, cell in rows.items()}
    strips(axes, {name: numbers[f"FID at the end, {cell}"] for name, cell in rows.items()}, told, lacking)
    axes.axvline(numbers["FID of a run that learns, at most"], color="#777777", linestyle=":", linewidth=1.5)
    plain_log(axes)
    axes.set_xlabel("FID on classifier features\n(dotted: limit; rings: a class missing)")
    axes.set_title("learn", loc="right", fontsize=9)


def _runs(bench: Bench, cell: Cell) -> list[Run]:
    return bench.sweep("stability_digits", cell.words, STEPS)
