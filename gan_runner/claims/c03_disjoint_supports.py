"""C03, theory: where real and fake never meet, LSGAN's value is constant and its generator gets no gradient."""

from collections.abc import Callable

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.data.parallel_lines import load
from gan_runner.losses.lsgan import LeastSquares
from gan_runner.models.mlp import Discriminator

THETAS = (0.1, 0.25, 0.5, 1.0, 2.0)
CHECKPOINTS = (10, 30, 100, 300, 1000)
LOSS = LeastSquares(-1.0, 1.0, 0.0)
BLUR = 0.005
"""So little, against distances from 0.1 up, that the segments do not meet to 40 digits."""


def _measure(bench: Bench) -> Numbers:
    heights = load(count=256).samples
    assert isinstance(heights, Tensor)
    values, ideal, finite = [], [], []
    for theta in THETAS:
        value, gradient = _at(_best(theta), heights, theta)
        values.append(value)
        ideal.append(gradient)
        finite.append(_trained(heights, theta, bench))
    return {
        "largest |C - 1|, best discriminator": max(abs(value - 1) for value in values),
        "largest gradient, best discriminator": max(ideal),
        "largest gradient, trained discriminator": max(max(row) for row in finite),
        "smallest last gradient, trained discriminator": min(row[-1] for row in finite),
        "separations": list(THETAS),
        "steps": [bench.steps(count) for count in CHECKPOINTS],
        "gradients": finite,
    }


def _best(theta: float) -> Callable[[Tensor], Tensor]:
    """Return D* = (p_d - p_g) / (p_d + p_g) of the two segments, blurred sideways by N(0, `BLUR`^2)."""
    return lambda points: torch.tanh(((points[:, 0] - theta) ** 2 - points[:, 0] ** 2) / (4 * BLUR**2))


def _at(score: Callable[[Tensor], Tensor], real: Tensor, theta: float) -> tuple[float, float]:
    """Return the generator's objective with its term on real samples, and its gradient in theta."""
    place = torch.tensor(theta, requires_grad=True)
    moved = real.flip(0) + torch.stack([place, torch.tensor(0.0)])
    value = LOSS.generator(None, score(moved))
    (gradient,) = torch.autograd.grad(value, place)
    with torch.no_grad():
        value = value + LOSS.generator(None, score(real))
    return float(value), abs(float(gradient))


def _trained(real: Tensor, theta: float, bench: Bench) -> list[float]:
    """Return the gradient in theta with a network trained for the steps of `CHECKPOINTS`."""
    torch.manual_seed(0)
    network = Discriminator((2,), [64, 64])
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    fake, found = real + torch.tensor([theta, 0.0]), []
    checkpoints = [bench.steps(count) for count in CHECKPOINTS]
    for step in range(1, checkpoints[-1] + 1):
        optimizer.zero_grad()
        LOSS.discriminator(network(real), network(fake)).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        found += [_at(network, real, theta)[1]] * checkpoints.count(step)
    return found


def _decide(numbers: Numbers) -> Word:
    constant = numbers["largest |C - 1|, best discriminator"] < 1e-6
    return "confirmed" if constant and numbers["largest gradient, best discriminator"] < 1e-6 else "refuted"


def _key(numbers: Numbers) -> str:
    return (
        f"gradient {numbers['largest gradient, best discriminator']:.2g} at D*, but "
        f"{numbers['smallest last gradient, trained discriminator']:.3g} or more with a trained network"
    )


def _say(numbers: Numbers) -> str:
    return (
        "At the best discriminator the value is 1 for every distance and the gradient 0, as the post says; but a "
        "network trained for 1,000 steps is not flat on the fakes, and leaves a gradient of "
        f"{numbers['smallest last gradient, trained discriminator']:.3g} or more: the claim is about the ideal only."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (theta, row) in enumerate(zip(numbers["separations"], numbers["gradients"], strict=True)):
        axes.plot(numbers["steps"], row, label=f"distance {theta:g}", **look(place, marker="o"))
    axes.set(xscale="log", yscale="log", xlabel="steps of training D", ylabel="|gradient in theta|")
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S1}, which has the value 1 and the gradient 0",
    method="Real points on an upright segment, fakes on the same segment moved sideways by 0.1 to 2. Our least squares "
    "loss with labels (-1, 1, 0) at the best discriminator of the segments, blurred by 0.005; beside it a network of "
    "two layers of 64, trained with Adam for 10 to 1,000 steps. A first trial took the best discriminator as a step, "
    "whose gradient is no number at the step itself.",
    rule="Confirmed if at the best discriminator value is 1 and the gradient 0, within 1e-6, for every distance; "
    "otherwise refuted. What a trained network leaves is told beside it and does not count.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seconds=10,
)
