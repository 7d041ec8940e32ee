"""The margin objective on energies."""

import math
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from torch.nn import functional as F

from gan_runner.losses.base import SeparableLoss


@dataclass(frozen=True)
class EnergyMargin(SeparableLoss):
    r"""Real samples shall have energy 0, fake ones at least ``margin``; the generator lowers its fakes' energy.

    With the energy -f >= 0, such as an autoencoder's reconstruction error, so that f is high for real as everywhere,

        D: -E f(x) + E [margin + f(y)]+
        G: -E f(y)

    Nothing here holds energies above 0: with a free score, D's term on real samples has no lower bound.

    Reference: Zhao et al. 2017, arXiv 1609.03126, eq. 1 and 2; margin 10 is that of its experiments on MNIST.

    Raises:
        ValueError: if ``margin`` is not a positive number.
    """

    needs_energy: ClassVar[bool] = True

    margin: float = 10.0

    def __post_init__(self) -> None:
        if not 0 < self.margin < math.inf:
            raise ValueError(f"margin (an energy) must be a positive number, got {self.margin}; use 10")

    def real_term(self, real_scores: Tensor) -> Tensor:
        """Return -E f(x), the mean energy, of the real scores ``[B]``."""
        return -real_scores.mean()

    def fake_term(self, fake_scores: Tensor) -> Tensor:
        """Return E [margin + f(y)]+ of the fake scores ``[B]``."""
        return F.relu(self.margin + fake_scores).mean()

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor) -> Tensor:
        """Return -E f(y), the mean energy, of the fake scores ``[B]``."""
        return -fake_scores.mean()
