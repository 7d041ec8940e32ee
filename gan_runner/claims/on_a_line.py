"""GANs that learn numbers from uniform noise, as in the first GAN paper's figure: what C11 and C12 share."""

import math
from functools import cache

import torch
from torch import Tensor

from gan_runner.claims.many import Crowd, Play, adam, crowd, train
from gan_runner.losses.nonsaturating import NonSaturating
from gan_runner.models.mlp import Discriminator, Generator

MEAN, SD, APART = 4.0, 0.5, 1.5
BATCH, STEPS, SAMPLES = 128, 3000, 4000
METHOD = (
    "Uniform noise through two ReLU layers of 32, a discriminator of two LeakyReLU layers of 32, the non-saturating "
    "loss, Adam at 1e-3 for both, batches of 128, 3,000 steps, all seeds side by side"
)


def modes_of(both: bool) -> tuple[float, ...]:
    """Return the means of the target's equally likely Gaussians of standard deviation `SD`."""
    return (MEAN - APART, MEAN + APART) if both else (MEAN,)


@cache
def trained(both: bool, seeds: int, steps: int) -> tuple[Crowd, Crowd]:
    """Return generators and discriminators trained on N(4, 0.5^2), or on two such modes 3 apart."""
    generators = crowd(lambda: Generator(1, (1,), [32, 32]), seeds)
    discriminators = crowd(lambda: Discriminator((1,), [32, 32]), seeds)
    torch.manual_seed(seeds)
    centres = torch.tensor(modes_of(both))

    def real() -> Tensor:
        picked = centres[torch.randint(len(centres), (seeds, BATCH, 1))]
        return picked + SD * torch.randn(seeds, BATCH, 1)

    optimizers = (adam(discriminators, 1e-3), adam(generators, 1e-3))
    play = Play(NonSaturating(), real, lambda: 2 * torch.rand(seeds, BATCH, 1) - 1, optimizers)
    train(generators, discriminators, play, steps, lambda step: None)
    return generators, discriminators


def statistics(both: bool, seeds: int, steps: int) -> list[float]:
    """Return each seed's Kolmogorov-Smirnov statistic against the target, from 4,000 evenly spread latents."""
    generators, _ = trained(both, seeds, steps)
    latents = torch.linspace(-1, 1, SAMPLES).view(1, -1, 1).expand(seeds, -1, -1)
    with torch.no_grad():
        return distances(generators(latents)[..., 0], both)


def distances(samples: Tensor, both: bool) -> list[float]:
    """Return the largest distance between the distribution functions of each row of samples and of the target."""
    samples = samples.double().sort(dim=1).values
    ranks = torch.arange(1, samples.shape[1] + 1) / samples.shape[1]
    parts = [0.5 * (1 + torch.erf((samples - mean) / (SD * math.sqrt(2)))) for mean in modes_of(both)]
    wanted = torch.stack(parts).mean(dim=0)
    apart = torch.maximum((ranks - wanted).abs(), (ranks - 1 / samples.shape[1] - wanted).abs())
    return apart.amax(dim=1).tolist()
