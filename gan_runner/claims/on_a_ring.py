"""GANs that learn eight Gaussians on a ring, as the recipe ring_small has them: what C10 and C46 share."""

from collections.abc import Callable

import torch
from torch import Tensor

from gan_runner.claims.many import Crowd, crowd
from gan_runner.data.gaussian_mixture import load
from gan_runner.models.mlp import Discriminator, Generator

LATENT, BATCH, SD = 16, 128, 0.05
METHOD = (
    "Eight Gaussians of standard deviation 0.05 on a ring of radius 1, networks of two layers of 64, batches of 128"
)


def players(seeds: int) -> tuple[Crowd, Crowd]:
    """Return new generators and discriminators."""
    generators = crowd(lambda: Generator(LATENT, (2,), [64, 64]), seeds)
    return generators, crowd(lambda: Discriminator((2,), [64, 64]), seeds)


def feeds(seeds: int) -> tuple[Callable[[], Tensor], Callable[[], Tensor]]:
    """Return what draws data ``[S, B, 2]`` and what draws latents ``[S, B, LATENT]``."""
    points = load(sd=SD).samples
    assert isinstance(points, Tensor)
    torch.manual_seed(seeds)
    return lambda: points[torch.randint(len(points), (seeds, BATCH))], lambda: torch.randn(seeds, BATCH, LATENT)
