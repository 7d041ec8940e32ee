"""The loss-sensitive objective: a margin that grows with the distance between the samples."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from gan_runner.losses.base import Loss
from gan_runner.types import Turn


@dataclass(frozen=True)
class LossSensitive(Loss):
    r"""A real sample shall beat the fake one it is paired with, by more the further the two lie apart.

    The paper learns a loss function L, low for real; here it is L = -f, so that f is high for real as everywhere:

        D: E [Delta(x, y) - (f(x) - f(y))]+ - gamma E f(x),   Delta(x, y) = margin ||x - y||_p
        G: -E f(y)

    The norm runs over all dimensions of a sample, x and y are paired as they come. Pairs beyond their margin give D no
    gradient. The theory asks for a Lipschitz L; the official code leaves that to weight decay, 0 by default.

    Reference: Qi 2017, arXiv 1701.06264. margin 2e-4 and p 1 are those of its official code, for 3x64x64 pixels within
    [-1, 1]; gamma is 0 there without labels.

    Raises:
        ValueError: if ``margin`` or ``gamma`` is negative or not finite, or ``p`` is less than 1.
    """

    needs_turn: ClassVar[bool] = True

    margin: float = 2e-4
    p: float = 1.0
    gamma: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.margin < math.inf:
            raise ValueError(f"margin (per unit of distance) must be a number from 0 up, got {self.margin}; use 2e-4")
        if not 1 <= self.p < math.inf:
            raise ValueError(f"p (of the norm) must be a number from 1 up, got {self.p}; use 1 or 2")
        if not 0 <= self.gamma < math.inf:
            raise ValueError(f"gamma (weight of E L(x)) must be a number from 0 up, got {self.gamma}; use 0")

    def discriminator(self, real_scores: Tensor, fake_scores: Tensor, turn: Turn | None = None) -> Tensor:
        """Return the cost of the pairs' shortfall, given scores ``[B]`` of the turn's real and fake samples."""
        assert turn is not None
        shortfall = self._margins(turn, real_scores.dim()) - (real_scores - fake_scores)
        return self._cost(shortfall).mean() - self.gamma * real_scores.mean()

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor, turn: Turn | None = None) -> Tensor:
        """Return -E f(y) of the fake scores ``[B]``."""
        return -fake_scores.mean()

    def _margins(self, turn: Turn, dims: int) -> Tensor:
        """Return Delta of each pair, with as many dimensions as the scores have (more than one for patches)."""
        distances: Tensor = torch.linalg.vector_norm((turn.real - turn.fake).flatten(1), ord=self.p, dim=1)
        return self.margin * distances.view(-1, *(1,) * (dims - 1))

    def _cost(self, shortfall: Tensor) -> Tensor:
        return F.relu(shortfall)
