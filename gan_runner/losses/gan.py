"""The minimax objective of the first GAN."""

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from gan_runner.losses.base import SeparableLoss


@dataclass(frozen=True)
class Minimax(SeparableLoss):
    r"""Cross-entropy for the discriminator, its negative for the generator: a zero-sum game.

    With sp(t) = log(1 + e^t) and the sigmoid of f as the probability that a sample is real,

        D: E sp(-f(x)) + E sp(f(y))
        G: -E sp(f(y)) = E log(1 - sigmoid(f(y)))

    For fixed p_g the best f is log(p_d / p_g), where D's loss is log 4 - 2 JSD(p_d, p_g). G's gradient is
    -sigmoid(f(y)) per unit of f, so it dies where fakes are rejected with confidence; see ``NonSaturating``.

    Reference: Goodfellow et al. 2014, arXiv 1406.2661, eq. 1.
    """

    def real_term(self, real_scores: Tensor) -> Tensor:
        """Return E sp(-f(x)) of the real scores ``[B]``."""
        return F.softplus(-real_scores).mean()

    def fake_term(self, fake_scores: Tensor) -> Tensor:
        """Return E sp(f(y)) of the fake scores ``[B]``."""
        return F.softplus(fake_scores).mean()

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor) -> Tensor:
        """Return -E sp(f(y)) of the fake scores ``[B]``."""
        return -F.softplus(fake_scores).mean()
