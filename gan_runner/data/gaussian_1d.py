"""Numbers from one Gaussian: the textbook's first figure, with the two densities and the discriminator's curve."""

import math

import torch

from gan_runner.data.drawn import generator_of
from gan_runner.data.source import Mixture, Source


def load(mean: float = 4.0, sd: float = 0.5, count: int = 100_000, seed: int = 0) -> Source:
    """Return ``count`` points ``[count, 1]`` of N(``mean``, ``sd`` squared), a mixture of one mode.

    What metric=modes says of a single mode in one dimension: ``high_quality`` is the share of generated numbers within
    3 sd of the mean, 0.9973 for the data themselves; ``w1`` is the exact Wasserstein-1 distance, which for as many
    numbers on either side is the mean distance of the sorted ones, some 0.12 sd for 512 of the data themselves;
    ``modes`` and ``occupied`` are 1 as soon as there is a number within 3 sd, or any at all; ``kl`` is always 0.

    References: Goodfellow et al. (arXiv:1406.2661), figure 1; mean 4 and sd 0.5 are those of many tutorials.
    """
    generator = generator_of(count, seed)
    if not math.isfinite(mean):
        raise ValueError(f"mean must be finite, got {mean}; 4 is usual")
    if not 0 < sd < math.inf:
        raise ValueError(f"sd must be positive, got {sd}; 0.5 is usual")
    points = mean + sd * torch.randn(count, 1, generator=generator)
    return Source("gaussian_1d", points, mixture=Mixture(torch.tensor([[mean]]), sd))
