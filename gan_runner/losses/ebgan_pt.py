"""EBGAN with the pull-away term, which keeps the fakes' codes from lining up."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from gan_runner.losses.ebgan import EnergyMargin
from gan_runner.types import Turn


def pull_away(codes: Tensor) -> Tensor:
    r"""Return 1 / (N (N - 1)) sum_{i != j} cos^2(s_i, s_j) of the codes ``[N, F]``; 0 for a single one."""
    count = codes.shape[0]
    with torch.autocast(codes.device.type, enabled=False):
        directions = F.normalize(codes, dim=1)
        squares = (directions @ directions.T).square()
    return (squares.sum() - squares.diagonal().sum()) / max(count * (count - 1), 1)


@dataclass(frozen=True)
class PullAway(EnergyMargin):
    r"""``EnergyMargin`` whose generator also keeps the codes S of its samples at right angles: EBGAN-PT.

        D: -E f(x) + E [margin + f(y)]+
        G: -E f(y) + weight / (N (N - 1)) sum_{i != j} cos^2(S_i, S_j)

    The codes are the discriminator's features, the output of an autoencoder's encoder.

    Reference: Zhao et al. 2017, arXiv 1609.03126. Some ports leave out the square.

    Raises:
        ValueError: if ``margin`` is not a positive number, or ``weight`` is negative or not finite.
    """

    needs_turn: ClassVar[bool] = True
    needs_features: ClassVar[bool] = True
    couples_samples: ClassVar[bool] = True

    weight: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.weight < math.inf:
            raise ValueError(f"weight (of the pull-away term) must be a number from 0 up, got {self.weight}; use 0.1")

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor, turn: Turn | None = None) -> Tensor:
        """Return the mean energy of the fake scores ``[B]`` and the weighted term of their features in ``turn``."""
        assert turn is not None
        assert turn.features is not None
        return -fake_scores.mean() + self.weight * pull_away(turn.features.fake)
