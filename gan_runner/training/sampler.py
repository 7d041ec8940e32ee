"""Samples of a run as it stands, the same latents every time."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gan_runner.games.base import Game
from gan_runner.games.latent import LatentGame
from gan_runner.training.ema import Average
from gan_runner.training.seed import isolated_rng
from gan_runner.types import Generated


class Sampler:
    """``sampler(count)`` returns samples from latents fixed by ``seed``, of the running average where there is one."""

    def __init__(self, game: Game, average: Average | None, seed: int) -> None:
        self._game = game
        self._networks = None if average is None else average.networks
        self.seed = seed

    def __call__(self, count: int) -> Tensor:
        """Return ``[count, *shape]`` samples; nothing that training depends on is changed."""
        with isolated_rng():
            return torch.cat([batch.samples for batch in self.batches(count)])

    def batches(self, count: int) -> Iterator[Generated]:
        """Yield the same samples in batches; a generator with noise of its own draws it from the global randomness."""
        return self._game.batches(count, torch.Generator().manual_seed(self.seed), self._networks)


class LatentSampler(Sampler):
    """A sampler that can also be told the latents and the labels; ``truncation`` is that of `Prior.draw`."""

    def __init__(self, game: LatentGame, average: Average | None, seed: int, truncation: float | None = None) -> None:
        super().__init__(game, average, seed)
        self._latent_game = game
        self.prior = game.prior
        self.classes = game.classes
        self.conditional = game.conditional
        self.truncation = truncation

    def batches(self, count: int, labels: Tensor | None = None) -> Iterator[Generated]:
        """Yield samples of ``labels`` ``[count]``, or of every class alike."""
        rng = torch.Generator().manual_seed(self.seed)
        return self._latent_game.batches(count, rng, self._networks, labels, self.truncation)

    def draw(self, count: int) -> Tensor:
        """Return latents ``[count, Z]``, the same every time."""
        return self.prior.draw(count, torch.device("cpu"), torch.Generator().manual_seed(self.seed), self.truncation)

    def generate(self, latent: Tensor, labels: Tensor | None) -> Tensor:
        """Return the samples ``[B, *shape]`` of ``latent`` ``[B, Z]`` and ``labels`` ``[B]``."""
        with isolated_rng():
            return self._latent_game.generate(latent, labels, self._networks)


def sampler_of(game: Game, average: Average | None, seed: int) -> Sampler:
    """Return the sampler that can do most with ``game``."""
    return LatentSampler(game, average, seed) if isinstance(game, LatentGame) else Sampler(game, average, seed)
