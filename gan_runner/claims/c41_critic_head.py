"""C41, training: the last layer of WGAN's critic must not be linear."""

from collections.abc import Callable
from statistics import median

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.clipped import IDENTITY, LAST, METHOD, RATE, STEPS, train

HEADS: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": IDENTITY,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}


def _measure(bench: Bench) -> Numbers:
    def optimizer(weights: list[Tensor]) -> torch.optim.Optimizer:
        return torch.optim.RMSprop(weights, RATE)

    courses = {name: train(bench.seeds, bench.steps(STEPS), optimizer, head) for name, head in HEADS.items()}
    ends = {name: [median(row[-LAST:]) for row in course.distances] for name, course in courses.items()}
    numbers: Numbers = {"seeds": bench.seeds}
    for name in ("sigmoid", "tanh"):
        numbers[f"seeds in which linear is better, {name}"] = sum(
            ours < theirs for ours, theirs in zip(ends["linear"], ends[name], strict=True)
        )
    return numbers | {f"median W1 at the end, {name}": median(values) for name, values in ends.items()} | {"ends": ends}


def _decide(numbers: Numbers) -> Word:
    shares = [numbers[f"seeds in which linear is better, {name}"] / numbers["seeds"] for name in ("sigmoid", "tanh")]
    return "refuted" if min(shares) >= 0.5 else "confirmed" if min(shares) <= 0.1 else "undecided"


def _key(numbers: Numbers) -> str:
    counts = [f"{numbers[f'seeds in which linear is better, {name}']} ({name})" for name in ("sigmoid", "tanh")]
    return f"of {numbers['seeds']} seeds linear is better in {' and '.join(counts)}"


def _say(numbers: Numbers) -> str:
    told = ", ".join(f"{numbers[f'median W1 at the end, {name}']:.2f} ({name})" for name in HEADS)
    return f"{_key(numbers)[0].upper()}{_key(numbers)[1:]}; W1 ends at {told}, medians over seeds."


def _draw(numbers: Numbers, axes: Axes) -> None:
    ends = numbers["ends"]
    for values in zip(*ends.values(), strict=True):
        axes.plot(range(len(ends)), values, color="#C0C0C0", linewidth=1)
    for place, values in enumerate(ends.values()):
        axes.plot([place] * len(values), values, **dots(place))
    axes.set(xlabel="last layer of the critic", ylabel="exact W1 at the end, a line a seed")
    axes.set(xlim=(-0.5, len(ends) - 0.5), ylim=(0, 1.1 * max(map(max, ends.values()))))
    axes.set_xticks(range(len(ends)), list(ends))


CLAIM = Claim(
    source=f"{sources.S2}; the critic of {sources.WGAN} ends in a linear layer",
    method=f"{METHOD} and for the critic. Its scores as they are, or through a sigmoid or tanh, in its loss and in the "
    "generator's. W1 of 256 samples, the median of the last four of 40 looks.",
    rule="Refuted if against either other head the linear one ends with the lower W1 in at least half of the seeds; "
    "confirmed if against one of them in at most one of ten; else undecided.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=10,
    seconds=40,
)
