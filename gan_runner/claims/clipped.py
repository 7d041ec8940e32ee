"""Clipped WGANs on the small ring of eight modes, all seeds side by side: what C38 and C41 share."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gan_runner.claims.many import Crowd, crowd, descend
from gan_runner.data.gaussian_mixture import load
from gan_runner.metrics.transport import wasserstein1
from gan_runner.models.mlp import Discriminator, Generator

STEPS, CRITIC_STEPS, BATCH, LATENT, BOUND, RATE = 600, 5, 128, 16, 0.1, 5e-4
LOOKS, SAMPLES = 40, 256
LAST = 4
IDENTITY = torch.nn.Identity()
METHOD = (
    "A clipped WGAN on the ring of recipe ring_small: eight modes, networks of two layers of 64, batches of 128, 600 "
    "steps of the generator (a short training, for its cost) with five of the critic to each, weights clipped to 0.1, "
    "RMSProp at 5e-4 for the generator"
)


@dataclass(frozen=True)
class Course:
    """How a training went: each seed's exact W1 at some 40 looks, and the share of critic steps against the gradient.

    Such a step, seen at every look, has a negative cosine with minus the gradient.
    """

    distances: list[list[float]]
    against: float


def train(
    seeds: int,
    steps: int,
    optimizer: Callable[[list[Tensor]], torch.optim.Optimizer],
    head: Callable[[Tensor], Tensor] = IDENTITY,
) -> Course:
    """Train a WGAN a seed, the critic by ``optimizer`` and with ``head`` on its scores."""
    points = load(sd=0.05).samples
    assert isinstance(points, Tensor)
    generators = crowd(lambda: Generator(LATENT, (2,), [64, 64]), seeds)
    critics = crowd(lambda: Discriminator((2,), [64, 64]), seeds)
    torch.manual_seed(seeds)
    held, latents = points[:SAMPLES].double(), torch.randn(SAMPLES, LATENT)
    ours, theirs = torch.optim.RMSprop(generators.parameters(), RATE), optimizer(critics.parameters())
    distances: list[list[float]] = [[] for _ in range(seeds)]
    cosines: list[Tensor] = []
    for step in range(1, steps + 1):
        looked = step % max(1, steps // LOOKS) == 0
        for _ in range(CRITIC_STEPS):
            real = points[torch.randint(len(points), (seeds, BATCH))]
            with torch.no_grad():
                fake = generators(torch.randn(seeds, BATCH, LATENT))
            before = [weight.detach().clone() for weight in critics.parameters()] if looked else []
            scores = head(critics(torch.cat([fake, real], dim=1)))
            descend(theirs, (scores[:, :BATCH] - scores[:, BATCH:]).mean(dim=1).sum(), critics)
            if looked:
                cosines.append(_cosines(critics, before))
            for weight in critics.parameters():
                weight.detach().clamp_(-BOUND, BOUND)
        scores = head(critics(generators(torch.randn(seeds, BATCH, LATENT))))
        descend(ours, -scores.mean(dim=1).sum(), generators)
        if looked:
            with torch.no_grad():
                samples = generators(latents.expand(seeds, -1, -1)).double()
            for row, fakes in zip(distances, samples, strict=True):
                row.append(wasserstein1(held, fakes))
    return Course(distances, float((torch.stack(cosines) < 0).double().mean()))


def _cosines(critics: Crowd, before: list[Tensor]) -> Tensor:
    """Return of each seed the cosine of the step just taken, before clipping, with minus the gradient."""
    pairs = zip(critics.parameters(), before, strict=True)
    moves = torch.cat([(weight.detach() - old).flatten(1) for weight, old in pairs], dim=1)
    gradients = torch.cat([weight.grad.flatten(1) for weight in critics.parameters() if weight.grad is not None], dim=1)
    return torch.cosine_similarity(moves, -gradients, dim=1)
