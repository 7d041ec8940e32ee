"""Samples of a run as it stands, the same latents every time."""

import torch
from torch import Tensor

from gan_runner.games.base import Game
from gan_runner.training.ema import Average
from gan_runner.training.seed import isolated_rng


class Sampler:
    """``sampler(count)`` returns samples from latents fixed by ``seed``, of the running average where there is one."""

    def __init__(self, game: Game, average: Average | None, seed: int) -> None:
        self._game = game
        self._networks = None if average is None else average.networks
        self._seed = seed

    def __call__(self, count: int) -> Tensor:
        """Return ``[count, *shape]`` samples; nothing that training depends on is changed."""
        with isolated_rng():
            return self._game.sample(count, torch.Generator().manual_seed(self._seed), self._networks)
