"""GANs on a small ring of eight modes: cells whose runs several claims share, and what is read off them."""

from collections.abc import Sequence
from statistics import fmean

from gan_runner.claims.claim import Bench
from gan_runner.compare.runs import Run

STEPS, HALF, LOOK, MODES = 1500, 750, 30, 7
KINDS: dict[str, tuple[str, ...]] = {
    "clip": ("loss=wgan", "optim=rmsprop_wgan", "reg.clip.bound=0.1"),
    "GP": ("loss=wgan_gp", "optim=adam_gp", "optim.betas=[0.5,0.9]", "reg.gp.weight=0.1"),
    "least squares": ("loss=lsgan", "optim=adam"),
    "non-saturating": ("loss=nonsaturating", "optim=adam"),
    "minimax": ("loss=gan", "optim=adam"),
}
SHARED = ("optim.lr=5e-4", "metric.wasserstein_samples=256", "logger=none")
EVERY = (f"trainer.eval_every={LOOK}", "trainer.log_every=5")
METHOD = (
    "The recipe ring_small: eight modes on a circle of radius 1, networks of two layers of 64, batches of 128, "
    "learning rate 5e-4 for both players, five seeds a cell"
)
CRITICS = (
    "Clip: RMSProp and c = 0.1, whose ratio to the rate is that of WGAN's paper. GP: Adam (0.5, 0.9) and a weight of "
    "0.1, as WGAN-GP's own program for points has it"
)


def cell(bench: Bench, kind: str, d_steps: int, *others: str) -> list[Run]:
    """Return the runs, a seed each, of one of the `KINDS` with so many discriminator steps to one of the generator.

    With more than five of them the training ends half-way, for its cost.
    """
    words = [*KINDS[kind], *SHARED, *EVERY, f"trainer.d_steps={d_steps}", *others]
    return bench.sweep("ring_small", words, STEPS if d_steps <= 5 else HALF)


def half_way(runs: Sequence[Run], name: str, failed: float) -> list[float]:
    """Return of each run the metric's value ``name`` at its step `HALF`, ``failed`` where a run broke off."""
    found = []
    for run in runs:
        steps, values = run.curves.get(f"metric/{name}", ([], []))
        known = [value for step, value in zip(steps, values, strict=True) if step <= HALF]
        found.append(failed if run.failed or not known else known[-1])
    return found


def covering(runs: Sequence[Run]) -> int:
    """Return how many runs have at least `MODES` of the eight modes occupied at their step `HALF`."""
    return sum(modes >= MODES for modes in half_way(runs, "occupied", 0.0))


def course(run: Run, value: str) -> tuple[list[float], list[float]]:
    """Return the exact W1 at each look and the logged ``value``, its mean over the steps since the look before."""
    looks, distances = run.curves["metric/w1"]
    steps, values = run.curves[value]
    smoothed = [fmean(v for s, v in zip(steps, values, strict=True) if at - LOOK < s <= at) for at in looks]
    return distances, smoothed
