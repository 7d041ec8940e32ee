"""C10, training: LSGAN's discriminator is not held to a Lipschitz limit, as WGAN's critic has to be."""

from statistics import median

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.many import FREE, Crowd, Limit, Play, adam, train
from gan_runner.claims.on_a_ring import METHOD, feeds, players
from gan_runner.losses.base import Loss
from gan_runner.losses.lsgan import LeastSquares
from gan_runner.losses.wgan import Wasserstein

STEPS, TIMES, SIDE, REACH = 2000, 20, 101, 1.5
KINDS: dict[str, tuple[Loss, Limit, int, tuple[float, float]]] = {
    "LSGAN": (LeastSquares(0.0, 1.0, 1.0), FREE, 1, (0.5, 0.999)),
    "WGAN-GP": (Wasserstein(), Limit(penalty=10.0), 5, (0.0, 0.9)),
}
"""Loss, limit, steps of the critic and Adam's betas."""


def _measure(bench: Bench) -> Numbers:
    steps = bench.steps(STEPS)
    every = max(1, steps // TIMES)
    curves = {name: _steepest(name, bench.seeds, steps, every) for name in KINDS}
    ends = {name: [row[-1] for row in rows] for name, rows in curves.items()}
    ratios = [free / held for free, held in zip(ends["LSGAN"], ends["WGAN-GP"], strict=True)]
    return {
        "seeds": bench.seeds,
        "LSGAN / WGAN-GP": median(ratios),
        "smallest of the seeds": min(ratios),
        "largest of the seeds": max(ratios),
        "steepest at the end, LSGAN": median(ends["LSGAN"]),
        "steepest at the end, WGAN-GP": median(ends["WGAN-GP"]),
        "steps": list(range(every, steps + 1, every)),
        "curves": curves,
    }


def _steepest(name: str, seeds: int, steps: int, every: int) -> list[list[float]]:
    """Return each seed's largest slope of the discriminator, every so many steps."""
    loss, limit, d_steps, betas = KINDS[name]
    generators, discriminators = players(seeds)
    optimizers = (adam(discriminators, 1e-3, betas), adam(generators, 1e-3, betas))
    play = Play(loss, *feeds(seeds), optimizers, limit, d_steps)
    axis = torch.linspace(-REACH, REACH, SIDE)
    grid = torch.cartesian_prod(axis, axis).expand(seeds, -1, -1)
    found: list[list[float]] = [[] for _ in range(seeds)]

    def watch(step: int) -> None:
        if step % every == 0:
            for row, slope in zip(found, _slopes(discriminators, grid).amax(dim=1).tolist(), strict=True):
                row.append(slope)

    train(generators, discriminators, play, steps, watch)
    return found


def _slopes(discriminators: Crowd, points: Tensor) -> Tensor:
    """Return |grad f| ``[S, N]`` at ``points`` ``[S, N, 2]``."""
    points = points.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(discriminators(points).sum(), points)
    norms: Tensor = slopes.norm(dim=2)
    return norms


def _decide(numbers: Numbers) -> Word:
    ratio = numbers["LSGAN / WGAN-GP"]
    return "confirmed" if ratio > 3 else "refuted" if ratio < 1 else "undecided"


def _key(numbers: Numbers) -> str:
    low, high = numbers["smallest of the seeds"], numbers["largest of the seeds"]
    return f"steepest place {numbers['LSGAN / WGAN-GP']:.2g} times WGAN-GP's ({low:.2g} to {high:.2g})"


def _say(numbers: Numbers) -> str:
    return (
        f"At the end LSGAN's discriminator is as steep as {numbers['steepest at the end, LSGAN']:.2g} at its steepest "
        f"place, the penalised critic {numbers['steepest at the end, WGAN-GP']:.2g}: {_key(numbers)}, medians of "
        f"{numbers['seeds']} seeds. The post argues from the loss, whose slope has no bound; WGAN's condition is on f."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, rows) in enumerate(numbers["curves"].items()):
        for count, row in enumerate(rows):
            label = None if count else name
            axes.plot(numbers["steps"], row, label=label, **look(place, linewidth=1.2))
    axes.set(xlabel="step of the generator (a line a seed)", ylabel="largest slope |grad f|", ylim=(0, None))
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S1}; {sources.WGAN_GP}",
    method=f"{METHOD}, 2,000 steps with Adam at 1e-3, five seeds side by side: least squares with labels (0, 1, 1), "
    "and WGAN with a penalty of 10 and five steps of the critic. The largest slope of f on a grid of 101 x 101 points "
    "within +-1.5.",
    rule="Confirmed if at the end LSGAN's largest slope is more than 3 times that of the penalised critic, as the "
    "median over seeds; refuted if it is the smaller one.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=90,
)
