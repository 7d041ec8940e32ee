"""The hinge objective."""

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from gan_runner.losses.base import SeparableLoss


@dataclass(frozen=True)
class Hinge(SeparableLoss):
    r"""A margin of 1 on either side for the discriminator; the generator raises the mean score of its fakes.

    With [t]+ = max(0, t),

        D: E [1 - f(x)]+ + E [1 + f(y)]+
        G: -E f(y)

    Samples beyond their margin give D no gradient. SN-GAN adds spectral normalisation to the discriminator.

    References: Lim and Ye 2017, arXiv 1705.02894; Miyato et al. 2018, arXiv 1802.05957, section 4.
    """

    def real_term(self, real_scores: Tensor) -> Tensor:
        """Return E [1 - f(x)]+ of the real scores ``[B]``."""
        return F.relu(1.0 - real_scores).mean()

    def fake_term(self, fake_scores: Tensor) -> Tensor:
        """Return E [1 + f(y)]+ of the fake scores ``[B]``."""
        return F.relu(1.0 + fake_scores).mean()

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor) -> Tensor:
        """Return -E f(y) of the fake scores ``[B]``."""
        return -fake_scores.mean()
