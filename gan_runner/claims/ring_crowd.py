"""GANs on the ring of eight modes with all seeds side by side: for claims of many cells, cheaper than a run a seed."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_runner.claims.many import Crowd, crowd, descend
from gan_runner.claims.ring import WORST
from gan_runner.data.gaussian_mixture import load
from gan_runner.losses.base import Loss
from gan_runner.metrics.modes import Modes
from gan_runner.models.mlp import Discriminator, Generator
from gan_runner.regularizers.base import Regularizer
from gan_runner.types import Critic, Generated, Turn

SD, LATENT, WIDTHS, RATE, BATCH = 0.05, 16, [64, 64], 1e-3, 128
SETTING = (
    "Eight Gaussians of sd 0.05 on a circle of radius 1; generators of 16 latents and discriminators, two layers of 64 "
    "each; Adam at 1e-3, batches of 128, one step a player in turn, all seeds side by side. "
)


@dataclass(frozen=True)
class Game:
    """What a cell changes: the loss, terms and constraints of D, how many samples D judges at once, Adam's settings.

    ``spectral`` divides D's weights by their largest singular values, which follow by one power iteration a pass.
    """

    loss: Loss
    regularizers: tuple[Regularizer, ...] = ()
    packing: int = 1
    betas: tuple[float, float] = (0.5, 0.999)
    weight_decay: float = 0.0
    spectral: bool = False


def play(game: Game, seeds: int, steps: int, look: Callable[[int, Crowd, list[float]], None]) -> None:
    """Train ``seeds`` pairs; ``look`` is given step, generators and each generator's loss after each step."""
    points = load(sd=SD).samples
    assert isinstance(points, Tensor)
    generators = crowd(lambda: Generator(LATENT, (2,), WIDTHS), seeds)
    discriminators = crowd(lambda: Discriminator((2 * game.packing,), WIDTHS), seeds)
    judge = _judge(game, discriminators, seeds)
    d_optimizer, g_optimizer = (
        torch.optim.Adam(networks.parameters(), RATE, game.betas, weight_decay=game.weight_decay)
        for networks in (discriminators, generators)
    )
    torch.manual_seed(0)
    count = BATCH * game.packing

    def draw() -> tuple[Tensor, Tensor]:
        return points[torch.randint(len(points), (seeds, count))], torch.randn(seeds, count, LATENT)

    for step in range(1, steps + 1):
        real, latent = draw()
        with torch.no_grad():
            fake = generators(latent)
        flat = [samples.reshape(seeds * BATCH, -1) for samples in (real, fake)]
        descend(d_optimizer, seeds * _discriminator_value(game, judge, flat), discriminators)
        for regularizer in game.regularizers:
            regularizer.constrain(nn.ParameterList(discriminators.parameters()))
        real, latent = draw()
        scores = [judge(samples.reshape(seeds * BATCH, -1)).view(seeds, -1) for samples in (real, generators(latent))]
        values = torch.vmap(game.loss.generator)(*scores)
        descend(g_optimizer, values.sum(), generators)
        look(step, generators, values.tolist())


def _judge(game: Game, discriminators: Crowd, seeds: int) -> Callable[..., Tensor]:
    """Return the scores ``[S * B]`` of points ``[S * B, D]``, each seed's by its own discriminator."""
    units = {name: torch.ones(*weight.shape[:2], 1) for name, weight in discriminators.weights.items()}

    def judge(samples: Tensor, labels: None = None) -> Tensor:
        networks = discriminators
        if game.spectral:
            normed = {n: w / _largest(w, units[n]) for n, w in networks.weights.items() if n.endswith("weight")}
            networks = replace(networks, weights=networks.weights | normed)
        return networks(samples.view(seeds, BATCH, -1)).flatten()

    return judge


def _largest(weight: Tensor, unit: Tensor) -> Tensor:
    """Return the largest singular values ``[S, 1, 1]``; ``unit`` ``[S, out, 1]``, the left vectors, is moved on."""
    with torch.no_grad():
        right = F.normalize(weight.transpose(1, 2) @ unit, dim=1)
        unit.copy_(F.normalize(weight @ right, dim=1))
    value: Tensor = unit.clone().transpose(1, 2) @ weight @ right
    return value


def _discriminator_value(game: Game, judge: Callable[..., Tensor], flat: list[Tensor]) -> Tensor:
    """Return the mean over seeds of loss and terms: exact for losses that are means over samples or pairs."""
    critic = Critic(judge)  # type: ignore[arg-type]
    turn = Turn(flat[0], flat[1], flat[1])
    extra = {"turn": turn} if game.loss.needs_turn else {}
    value = game.loss.discriminator(critic(turn.real), critic(turn.fake), **extra)
    for regularizer in game.regularizers:
        term = regularizer(critic, turn)
        value = value if term is None else value + term
    return value


class Judge:
    """Judges generators as metric=modes does, on the same 2,500 latents each time."""

    def __init__(self) -> None:
        self._metric = Modes()
        self._metric.prepare(load(sd=SD), torch.device("cpu"))
        self._latents = torch.randn(2500, LATENT, generator=torch.Generator().manual_seed(1))

    def __call__(self, generators: Crowd) -> list[dict[str, float]]:
        """Return each seed's values; those of samples out of all bounds are the worst there are."""
        seeds = len(generators.parameters()[0])
        with torch.no_grad():
            samples = generators(self._latents.expand(seeds, -1, -1))
        return [self._metric.evaluate([Generated(own)]) if _sane(own) else WORST for own in samples]


def _sane(samples: Tensor) -> bool:
    return math.isfinite(float(samples.abs().amax())) and float(samples.abs().amax()) < 1e3
