"""C06, theory: of distributions that never meet JS says log 2 at any distance, W1 the distance."""

import math

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.data.parallel_lines import load
from gan_runner.losses.gan import Minimax
from gan_runner.metrics.transport import wasserstein1
from gan_runner.models.mlp import Discriminator

THETAS = (-1.0, -0.5, -0.25, -0.1, 0.0, 0.1, 0.25, 0.5, 1.0)
POINTS = 512


def _measure(bench: Bench) -> Numbers:
    real, others = load(count=POINTS).samples, load(count=POINTS, seed=1).samples
    assert isinstance(real, Tensor)
    assert isinstance(others, Tensor)
    fakes = [others + torch.tensor([theta, 0.0]) for theta in THETAS]
    distances = [wasserstein1(real, fake) for fake in fakes]
    estimates = [_jensen_shannon(real, fake, bench.steps(600)) for fake in fakes]
    apart = [place for place, theta in enumerate(THETAS) if theta]
    return {
        "largest |W1 - |theta||": max(abs(distances[place] - abs(THETAS[place])) for place in apart),
        "smallest estimate of JS": min(estimates[place] for place in apart),
        "W1 of two samples at theta = 0": distances[THETAS.index(0.0)],
        "JS by the formula": math.log(2),
        "theta": list(THETAS),
        "W1": distances,
        "JS": estimates,
    }


def _jensen_shannon(real: Tensor, fake: Tensor, steps: int) -> float:
    """Return the bound log 2 - L/2 of JS that a trained discriminator's loss L gives."""
    torch.manual_seed(0)
    network, loss = Discriminator((2,), [64, 64]), Minimax()
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    for _ in range(steps):
        optimizer.zero_grad()
        loss.discriminator(network(real), network(fake)).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    with torch.no_grad():
        return math.log(2) - 0.5 * float(loss.discriminator(network(real), network(fake)))


def _decide(numbers: Numbers) -> Word:
    near = numbers["largest |W1 - |theta||"] < 0.02
    constant = numbers["smallest estimate of JS"] > 0.65
    return "confirmed" if near and constant else "undecided" if near or constant else "refuted"


def _key(numbers: Numbers) -> str:
    return (
        f"W1 within {numbers['largest |W1 - |theta||']:.2g} of |theta|; "
        f"JS at least {numbers['smallest estimate of JS']:.3f} of {math.log(2):.3f}"
    )


def _say(numbers: Numbers) -> str:
    return (
        f"W1 of 512 points each follows the distance within {numbers['largest |W1 - |theta||']:.2g}; a trained "
        f"discriminator puts JS at {numbers['smallest estimate of JS']:.3f} or more at every distance, where log 2 is "
        f"{math.log(2):.3f}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    axes.plot([-1, 0, 1], [1, 0, 1], color="#A0A0A0", label="|theta|")
    axes.axhline(math.log(2), color="#C0C0C0", linestyle=":", label="log 2")
    axes.plot(numbers["theta"], numbers["W1"], label="W1 of 512 points", **dots(0))
    axes.plot(numbers["theta"], numbers["JS"], label="JS by a trained D", **look(1, marker="s"))
    axes.set(xlabel="theta, how far the fakes lie to the side", ylabel="distance")
    axes.legend(loc="lower left")


CLAIM = Claim(
    source=f"{sources.S2}; {sources.WGAN}, example 1",
    method="Uniform points on an upright segment and on the same moved sideways by theta, |theta| from 0.1 to 1: exact "
    "W1 by assignment of 512 points each, and JS from below by a discriminator of two layers of 64 after 600 steps of "
    "Adam. At theta = 0, where they do meet, both are shown and do not count.",
    rule="Confirmed if W1 is within 0.02 of |theta| and the estimate of JS above 0.65 at every such theta; refuted if "
    "neither holds.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seconds=15,
)
