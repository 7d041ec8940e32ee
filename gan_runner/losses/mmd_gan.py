"""MMD-GAN: moment matching on codes that an adversary learns."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from torch.nn import functional as F

from gan_runner.losses.base import Loss
from gan_runner.losses.kernels import mmd, require_lengths
from gan_runner.types import Turn


@dataclass(frozen=True)
class MmdGan(Loss):
    r"""An autoencoder finds codes in which real and fake samples differ, the generator makes them agree.

    With the codes h (the discriminator's features), the autoencoder's error -f >= 0, so that f is high for real as
    everywhere, and the mean over a code's numbers written avg,

        D: -(sqrt(MMD^2(h(x), h(y))) + R) - autoencoding (E f(x) + E f(y))
        G:   sqrt(MMD^2(h(x), h(y))) + R
        R = -one_sided avg [E h(y) - E h(x)]+,   k(a, b) = sum over bandwidths s of exp(-|a - b|^2 / (2 s^2))

    D's R asks that the mean code of real samples is not below that of fake ones; G, its opponent, that it is. MMD^2 is
    the biased estimate. Nothing here holds errors above 0: with a free score, D's loss has no lower bound.

    Reference: Li et al. 2017, arXiv 1705.08584. Signs, bandwidths and weights are those of its official code.

    Raises:
        ValueError: if a bandwidth is not a positive number, there is none, or a weight is negative or not finite.
    """

    needs_energy: ClassVar[bool] = True
    has_targets: ClassVar[bool] = False
    needs_turn: ClassVar[bool] = True
    needs_features: ClassVar[bool] = True
    uses_real_scores: ClassVar[bool] = True
    couples_samples: ClassVar[bool] = True

    bandwidths: Sequence[float] = (1.0, 2.0, 4.0, 8.0, 16.0)
    one_sided: float = 16.0
    autoencoding: float = 8.0

    def __post_init__(self) -> None:
        require_lengths("bandwidths", self.bandwidths, "[1,2,4,8,16]")
        for name, usual in (("one_sided", 16), ("autoencoding", 8)):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(
                    f"{name} (a weight) must be a number from 0 up, got {getattr(self, name)}; use {usual}"
                )

    def discriminator(self, real_scores: Tensor, fake_scores: Tensor, turn: Turn | None = None) -> Tensor:
        """Return what D minimises, given scores ``[B]`` and, in ``turn``, features ``[B, F]`` of real and fake."""
        return -self._difference(turn) - self.autoencoding * (real_scores.mean() + fake_scores.mean())

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor, turn: Turn | None = None) -> Tensor:
        """Return the difference of the features ``[B, F]`` in ``turn``; the scores play no part."""
        return self._difference(turn)

    def _difference(self, turn: Turn | None) -> Tensor:
        assert turn is not None
        assert turn.features is not None
        real, fake = turn.features
        assert real is not None
        disorder = F.relu(fake.mean(0) - real.mean(0)).mean()
        return mmd(real, fake, [width**2 for width in self.bandwidths]) - self.one_sided * disorder
