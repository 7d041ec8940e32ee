"""Points from a mixture of 2-D Gaussians, where every mode is known and modes can be counted."""

import math
from typing import Literal

import torch
from torch import Tensor

from gan_runner.data.source import Mixture, Source

SPACING = 2.0


def load(
    layout: Literal["ring", "grid"] = "ring",
    modes: int | None = None,
    radius: float | None = None,
    sd: float | None = None,
    count: int = 100_000,
    seed: int = 0,
) -> Source:
    """Return ``count`` points ``[count, 2]`` of equally likely, distinct modes; labels are the mode's index.

    ``ring``: ``modes`` (8) Gaussians of standard deviation ``sd`` (0.01) on a circle of ``radius`` (1). ``grid``:
    ``modes`` (25, a square number) Gaussians of ``sd`` (0.05) on a centred square grid of spacing 2, -4..4 for 25. The
    points depend on ``seed`` alone, not on the seed of the training run. Mode shares are equal to within one point.

    Mode k of the ring stands at angle 2 pi k / modes. (Published code takes the angles from ``linspace(0, 2 pi, 8)``,
    whose first and last are the same point: seven modes, one of double weight.)

    References: Metz et al., Unrolled GAN (arXiv:1611.02163); Srivastava et al., VEEGAN (arXiv:1705.07761); Lin et al.,
    PacGAN (arXiv:1712.04086), whose mixtures the defaults are.
    """
    if layout == "ring":
        centres = _ring(8 if modes is None else modes, 1.0 if radius is None else radius)
    elif radius is None:
        centres = _grid(25 if modes is None else modes)
    else:
        raise ValueError(f"radius belongs to layout=ring, got {radius} with layout=grid; leave it null")
    sd = {"ring": 0.01, "grid": 0.05}[layout] if sd is None else sd
    if not 0 < sd < math.inf:
        raise ValueError(f"sd must be positive, got {sd}; 0.01 suits the ring, 0.05 the grid")
    if count < len(centres):
        raise ValueError(f"count must give every mode a point, got {count}; allowed {len(centres)} or more")
    if seed < 0:
        raise ValueError(f"seed must not be negative, got {seed}; allowed 0 or more")
    labels = torch.arange(count) % len(centres)
    noise = torch.randn(count, 2, generator=torch.Generator().manual_seed(seed))
    return Source(
        name="gaussian_mixture",
        samples=centres[labels] + sd * noise,
        labels=labels,
        classes=tuple(str(mode) for mode in range(len(centres))),
        mixture=Mixture(centres, sd),
    )


def _ring(modes: int, radius: float) -> Tensor:
    """Return the centres ``[modes, 2]`` on a circle."""
    if modes < 1:
        raise ValueError(f"modes must be a number of Gaussians, got {modes}; allowed 1 or more")
    if not 0 < radius < math.inf:
        raise ValueError(f"radius must be positive, got {radius}; 1 is usual")
    angles = torch.arange(modes, dtype=torch.float64) * (2 * math.pi / modes)
    return (radius * torch.stack([angles.cos(), angles.sin()], dim=1)).float()


def _grid(modes: int) -> Tensor:
    """Return the centres ``[modes, 2]`` of a square grid around the origin, row by row."""
    side = math.isqrt(max(modes, 0))
    if side < 1 or side * side != modes:
        raise ValueError(f"modes of a grid must be a square number, got {modes}; allowed 1, 4, 9, 16, 25, ...")
    axis = (torch.arange(side) - (side - 1) / 2) * SPACING
    return torch.cartesian_prod(axis, axis).view(-1, 2)
