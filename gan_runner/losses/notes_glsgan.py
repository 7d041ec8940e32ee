"""GLS-GAN as a popular post reads it: the slope acts on single scores, not on pairs."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor
from torch.nn import functional as F

from gan_runner.losses.base import SeparableLoss


@dataclass(frozen=True)
class ActivatedWasserstein(SeparableLoss):
    r"""WGAN's objective with one more activation A on the scores, LeakyReLU with ``slope`` or ELU.

        D: 0.5 (E A(f(y)) - E A(f(x)))
        G: -E A(f(y))

    There is no margin, so only slope 1 is GLS-GAN (``GeneralizedLossSensitive``), namely half of WGAN. Slope 0 takes
    all gradient from G where f(y) < 0, which is where D sends fakes; ELU lets it fade there like e^f. With slope -1,
    A(f) = |f|: D sends fakes to 0 and real samples away from it, to the side where each is, and so does G with fakes.

    Reference: a blog post of 2017 (Learning Notes: GAN, LSGAN, WGAN and GLS-GAN in Keras) and its code; the halves
    come from averaging over real and fake samples together. What it is named after: Qi 2017, arXiv 1701.06264.
    """

    has_targets: ClassVar[bool] = False

    slope: float | Literal["elu"] = -1.0

    def real_term(self, real_scores: Tensor) -> Tensor:
        """Return -0.5 E A(f(x)) of the real scores ``[B]``."""
        return -0.5 * self._activated(real_scores).mean()

    def fake_term(self, fake_scores: Tensor) -> Tensor:
        """Return 0.5 E A(f(y)) of the fake scores ``[B]``."""
        return 0.5 * self._activated(fake_scores).mean()

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor) -> Tensor:
        """Return -E A(f(y)) of the fake scores ``[B]``."""
        return -self._activated(fake_scores).mean()

    def _activated(self, scores: Tensor) -> Tensor:
        return F.elu(scores) if self.slope == "elu" else F.leaky_relu(scores, self.slope)
