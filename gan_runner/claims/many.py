"""Many small GANs of the same shape trained side by side, a seed each: far cheaper than one after another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import stack_module_state

from gan_runner.losses.base import Loss
from gan_runner.models import mlp
from gan_runner.regularizers.clip import Clip
from gan_runner.regularizers.gp import GradientPenalty
from gan_runner.types import Critic, Turn


@dataclass(frozen=True)
class Crowd:
    """As many fully connected networks as there are seeds: ``shape`` is one of them, ``weights`` are ``[S, ...]`` each.

    A product of matrices for all seeds at once, where torch.vmap over the modules takes three times as long.
    """

    shape: mlp.Generator | mlp.Discriminator
    weights: dict[str, Tensor]

    def __call__(self, inputs: Tensor) -> Tensor:
        """Return scores ``[S, B]`` or samples ``[S, B, D]`` for ``inputs`` ``[S, B, D]``, every network on its own."""
        layers = [*((f"body.{place}", layer) for place, layer in enumerate(self.shape.body)), ("head", self.shape.head)]
        for name, layer in layers:
            if isinstance(layer, nn.Linear):
                weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
                inputs = torch.baddbmm(bias.unsqueeze(1), inputs, weight.transpose(1, 2))
            else:
                inputs = layer(inputs)
        return inputs.squeeze(2) if isinstance(self.shape, mlp.Discriminator) else inputs

    def parameters(self) -> list[Tensor]:
        """Return all weights."""
        return list(self.weights.values())


def crowd(make: Callable[[], mlp.Generator | mlp.Discriminator], seeds: int) -> Crowd:
    """Return the networks that ``make`` makes with torch's seeds 0, 1, ..."""
    networks = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        networks.append(make())
    weights, _ = stack_module_state(list(networks))
    return Crowd(networks[0], weights)


@dataclass(frozen=True)
class Limit:
    """What keeps critics from growing: weights clipped to ``bound``, a gradient penalty of weight ``penalty``."""

    bound: float | None = None
    penalty: float = 0.0


FREE = Limit()


@dataclass(frozen=True)
class Play:
    """A game: ``real`` and ``latent`` draw ``[S, B, D]``."""

    loss: Loss
    real: Callable[[], Tensor]
    latent: Callable[[], Tensor]
    optimizers: tuple[torch.optim.Optimizer, torch.optim.Optimizer]
    """The discriminators' and the generators'."""
    limit: Limit = FREE
    d_steps: int = 1


def train(generators: Crowd, discriminators: Crowd, play: Play, steps: int, look: Callable[[int], None]) -> None:
    """Play ``steps`` rounds, the discriminators first; ``look`` is called with the step's number after each."""
    d_optimizer, g_optimizer = play.optimizers
    for step in range(1, steps + 1):
        for _ in range(play.d_steps):
            with torch.no_grad():
                fake = generators(play.latent())
            improve(play.loss, discriminators, d_optimizer, play.real(), fake, play.limit)
        scores = discriminators(generators(play.latent()))
        value = torch.vmap(lambda row: play.loss.generator(None, row))(scores).sum()
        descend(g_optimizer, value, generators)
        look(step)


def improve(
    loss: Loss, networks: Crowd, optimizer: torch.optim.Optimizer, real: Tensor, fake: Tensor, limit: Limit = FREE
) -> None:
    """Take a step of the discriminators on real and fake samples ``[S, B, D]``."""
    value = torch.vmap(loss.discriminator)(networks(real), networks(fake)).sum()
    if limit.penalty:
        seeds, _, size = real.shape

        def judge(points: Tensor, labels: None = None) -> Tensor:
            return networks(points.view(seeds, -1, size)).flatten()

        flat = (real.flatten(0, 1), fake.flatten(0, 1))
        term = GradientPenalty(limit.penalty)(Critic(judge), Turn(*flat, flat[1]))  # type: ignore[arg-type]
        value = value + seeds * term
    descend(optimizer, value, networks)
    if limit.bound is not None:
        Clip(limit.bound).constrain(nn.ParameterList(networks.parameters()))


def adam(networks: Crowd, rate: float, betas: Sequence[float] = (0.5, 0.999)) -> torch.optim.Optimizer:
    """Return Adam for all networks: it moves every weight by that weight's own gradients, so seeds stay apart."""
    return torch.optim.Adam(networks.parameters(), rate, (betas[0], betas[1]))


def descend(optimizer: torch.optim.Optimizer, value: Tensor, networks: Crowd) -> None:
    """Take a step of ``optimizer`` down ``value``, the sum of a term a seed, in the weights of ``networks`` alone."""
    weights = networks.parameters()
    for weight, gradient in zip(weights, torch.autograd.grad(value, weights), strict=True):
        weight.grad = gradient
    optimizer.step()
