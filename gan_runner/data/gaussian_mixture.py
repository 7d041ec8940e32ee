"""Points from a mixture of 2-D Gaussians, where every mode is known and modes can be counted."""

import math
from typing import Literal

import torch
from torch import Tensor

from gan_runner.data.drawn import generator_of
from gan_runner.data.source import Mixture, Source

Layout = Literal["ring", "grid", "line"]

SPACING = 2.0
MODES = {"ring": 8, "grid": 25, "line": 8}
SD = {"ring": 0.01, "grid": 0.05, "line": 0.05}


def load(
    layout: Layout = "ring",
    modes: int | None = None,
    radius: float | None = None,
    sd: float | None = None,
    count: int = 100_000,
    seed: int = 0,
) -> Source:
    """Return ``count`` points ``[count, 2]`` of equally likely, distinct modes; labels are the mode's index.

    ``ring``: ``modes`` (8) Gaussians of standard deviation ``sd`` (0.01) on a circle of ``radius`` (1). ``grid``:
    ``modes`` (25, a square number) Gaussians of ``sd`` (0.05) on a centred square grid of spacing 2, -4..4 for 25.
    ``line``: ``modes`` (8) Gaussians of ``sd`` (0.05) at the same spacing on the x axis, centred, -7..7 for 8.
    The points depend on ``seed`` alone, not on the seed of the training run. Mode shares are equal to within one point.

    Mode k of the ring stands at angle 2 pi k / modes. (Published code takes the angles from ``linspace(0, 2 pi, 8)``,
    whose first and last are the same point: seven modes, one of double weight.)

    References: Metz et al., Unrolled GAN (arXiv:1611.02163); Srivastava et al., VEEGAN (arXiv:1705.07761); Lin et al.,
    PacGAN (arXiv:1712.04086), whose mixtures the defaults are.
    """
    if radius is not None and layout != "ring":
        raise ValueError(f"radius belongs to layout=ring, got {radius} with layout={layout}; leave it null")
    modes = MODES[layout] if modes is None else modes
    if modes < 1:
        raise ValueError(f"modes must be a number of Gaussians, got {modes}; allowed 1 or more")
    centres = _centres(layout, modes, 1.0 if radius is None else radius)
    sd = SD[layout] if sd is None else sd
    if not 0 < sd < math.inf:
        raise ValueError(f"sd must be positive, got {sd}; 0.01 suits the ring, 0.05 the grid and the line")
    if count < modes:
        raise ValueError(f"count must give every mode a point, got {count}; allowed {modes} or more")
    labels = torch.arange(count) % modes
    noise = torch.randn(count, 2, generator=generator_of(count, seed))
    return Source(
        name="gaussian_mixture",
        samples=centres[labels] + sd * noise,
        labels=labels,
        classes=tuple(str(mode) for mode in range(modes)),
        mixture=Mixture(centres, sd),
    )


def _centres(layout: Layout, modes: int, radius: float) -> Tensor:
    """Return the centres ``[modes, 2]``."""
    if layout == "ring":
        return _ring(modes, radius)
    if layout == "grid":
        return _grid(modes)
    x = _axis(modes)
    return torch.stack([x, torch.zeros_like(x)], dim=1)


def _ring(modes: int, radius: float) -> Tensor:
    """Return the centres ``[modes, 2]`` on a circle."""
    if not 0 < radius < math.inf:
        raise ValueError(f"radius must be positive, got {radius}; 1 is usual")
    angles = torch.arange(modes, dtype=torch.float64) * (2 * math.pi / modes)
    return (radius * torch.stack([angles.cos(), angles.sin()], dim=1)).float()


def _grid(modes: int) -> Tensor:
    """Return the centres ``[modes, 2]`` of a square grid around the origin, row by row."""
    side = math.isqrt(modes)
    if side * side != modes:
        raise ValueError(f"modes of a grid must be a square number, got {modes}; allowed 1, 4, 9, 16, 25, ...")
    return torch.cartesian_prod(_axis(side), _axis(side)).view(-1, 2)


def _axis(count: int) -> Tensor:
    """Return ``count`` places a spacing apart, around 0."""
    return (torch.arange(count) - (count - 1) / 2) * SPACING
