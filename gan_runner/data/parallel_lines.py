"""Points on an upright line segment, to which a generated segment beside it is equally far by JS, but not by W1."""

import math

import torch

from gan_runner.data.drawn import generator_of
from gan_runner.data.source import Source


def load(x: float = 0.0, count: int = 100_000, seed: int = 0) -> Source:
    """Return ``count`` points ``[count, 2]``, uniform on the segment {``x``} x [0, 1].

    Against the same segment moved sideways by theta, {x + theta} x [0, 1], a divergence of the densities cannot say how
    far away it is: for every theta but 0, JS = log 2 and KL is infinite, while W1 = |theta| falls as it comes closer.

    References: Arjovsky, Chintala, Bottou, Wasserstein GAN (arXiv:1701.07875), example 1, whose real segment has x = 0.
    """
    generator = generator_of(count, seed)
    if not math.isfinite(x):
        raise ValueError(f"x must be finite, got {x}; 0 is usual")
    heights = torch.rand(count, generator=generator)
    return Source("parallel_lines", torch.stack([torch.full_like(heights, x), heights], dim=1))
