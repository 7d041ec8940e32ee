"""Points along a spiral in the plane: one thin curved sheet, with no modes to count."""

import math

import torch

from gan_runner.data.drawn import generator_of
from gan_runner.data.source import Source


def load(noise: float = 0.25, scale: float = 7.5, count: int = 100_000, seed: int = 0) -> Source:
    """Return ``count`` points ``[count, 2]`` of the roll (t cos t, t sin t), t = 1.5 pi (1 + 2 u), u uniform in 0..1.

    To both coordinates comes Gaussian noise of standard deviation ``noise``; then all is divided by ``scale``, so that
    the roll, which makes one and a half turns at distances of 4.7 to 14.1 from the origin, fills about -1.5..1.9.

    References: Gulrajani et al., WGAN-GP (arXiv:1704.00028), figure 2, whose noise and scale are the defaults.
    """
    generator = generator_of(count, seed)
    if not 0 <= noise < math.inf:
        raise ValueError(f"noise must not be negative, got {noise}; allowed 0 or more; 0.25 is usual")
    if not 0 < scale < math.inf:
        raise ValueError(f"scale must be positive, got {scale}; 7.5 is usual")
    t = 1.5 * math.pi * (1 + 2 * torch.rand(count, generator=generator))
    roll = torch.stack([t * t.cos(), t * t.sin()], dim=1)
    return Source("swiss_roll", (roll + noise * torch.randn(count, 2, generator=generator)) / scale)
