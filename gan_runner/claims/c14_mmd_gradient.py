"""C14, theory: the gradient of MMD^2 that the post prints is right."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.losses.kernels import squared_mmd

SCALES = (0.5, 2.0, 8.0)


def _measure(bench: Bench) -> Numbers:
    random = torch.Generator().manual_seed(0)
    real = torch.randn(60, 3, generator=random, dtype=torch.float64)
    fake = torch.randn(40, 3, generator=random, dtype=torch.float64) + 0.5
    ours = {scale: _differentiated(real, fake, scale) for scale in SCALES}
    printed = {scale: _printed(real, fake, scale) for scale in SCALES}
    squared = {scale: _differentiated(real, fake, scale**2) for scale in SCALES}
    return {
        "largest relative error": max(_error(printed[scale], ours[scale]) for scale in SCALES),
        "smallest relative error if sigma were a width": min(_error(printed[s], squared[s]) for s in SCALES),
        "printed": printed[2.0].flatten().tolist(),
        "by autograd": ours[2.0].flatten().tolist(),
    }


def _differentiated(real: Tensor, fake: Tensor, scale: float) -> Tensor:
    leaf = fake.clone().requires_grad_()
    return torch.autograd.grad(squared_mmd(real, leaf, [scale]), leaf)[0]


def _printed(real: Tensor, fake: Tensor, sigma: float) -> Tensor:
    """Return 2/M^2 sum_j k(y_i, y_j)(y_j - y_i)/sigma - 2/(M N) sum_j k(y_i, x_j)(x_j - y_i)/sigma for each i."""
    total = torch.zeros_like(fake)
    for others, sign in ((fake, 1.0), (real, -1.0)):
        apart = others[None] - fake[:, None]
        kernel = torch.exp(-apart.square().sum(2) / (2 * sigma))
        total += sign * 2 / (len(fake) * len(others)) * (kernel[..., None] * apart / sigma).sum(1)
    return total


def _error(first: Tensor, second: Tensor) -> float:
    return float((first - second).norm() / second.norm())


def _decide(numbers: Numbers) -> Word:
    return "confirmed" if numbers["largest relative error"] < 1e-5 else "refuted"


def _key(numbers: Numbers) -> str:
    return f"relative error {numbers['largest relative error']:.1g} (allowed 1e-5)"


def _say(numbers: Numbers) -> str:
    return (
        f"The formula agrees with autograd on our loss within {numbers['largest relative error']:.1g}, relatively, if "
        "sigma is the squared width of the kernel; read as the width, it would be wrong by "
        f"{numbers['smallest relative error if sigma were a width']:.1%} or more."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    ends = [min(numbers["printed"]), max(numbers["printed"])]
    axes.plot(ends, ends, color="#A0A0A0")
    axes.plot(numbers["by autograd"], numbers["printed"], **dots(0, markersize=4))
    axes.set(xlabel="gradient by autograd", ylabel="gradient by the post's formula")


CLAIM = Claim(
    source=f"{sources.S4}; Li, Swersky and Zemel 2015, arXiv 1502.02761, eq. 3 and 5",
    method="Gradient of our MMD^2 with respect to 40 fake points against 60 real ones in three dimensions, float64, by "
    "autograd and by the formula, for sigma 0.5, 2 and 8 in k = exp(-|a - b|^2 / (2 sigma)).",
    rule="Confirmed if they agree within 1e-5, relatively, for all three; otherwise refuted.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
)
