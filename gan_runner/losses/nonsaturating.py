"""The objective that GANs have mostly been trained with since the first one."""

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from gan_runner.losses.gan import Minimax


@dataclass(frozen=True)
class NonSaturating(Minimax):
    r"""The discriminator of ``Minimax``; the generator raises log D(y) instead of lowering log(1 - D(y)).

    With sp(t) = log(1 + e^t),

        D: E sp(-f(x)) + E sp(f(y))
        G: E sp(-f(y)) = -E log sigmoid(f(y))

    G's gradient is -(1 - sigmoid(f(y))) per unit of f: strong where fakes are rejected, gone where they are accepted.

    Reference: Goodfellow et al. 2014, arXiv 1406.2661, section 3.
    """

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor) -> Tensor:
        """Return E sp(-f(y)) of the fake scores ``[B]``."""
        return F.softplus(-fake_scores).mean()
