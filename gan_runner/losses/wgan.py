"""The Wasserstein objective."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gan_runner.losses.base import SeparableLoss


@dataclass(frozen=True)
class Wasserstein(SeparableLoss):
    r"""The gap between the critic's mean scores, high for real; the generator raises the mean score of its fakes.

        D: E f(y) - E f(x)
        G: -E f(y)

    The gap has no bound unless something keeps f Lipschitz: weight clipping (``clip.Clip``) or a gradient penalty
    (``gp.GradientPenalty``). If f is K-Lipschitz, E f(x) - E f(y) is at most K times the Wasserstein-1 distance, and
    K depends on the critic: compare the estimate within a run, not between critics.

    References: Arjovsky et al. 2017, arXiv 1701.07875, eq. 2 and Algorithm 1 (its official code has f with the other
    sign); Gulrajani et al. 2017, arXiv 1704.00028.
    """

    has_targets: ClassVar[bool] = False

    def real_term(self, real_scores: Tensor) -> Tensor:
        """Return -E f(x) of the real scores ``[B]``."""
        return -real_scores.mean()

    def fake_term(self, fake_scores: Tensor) -> Tensor:
        """Return E f(y) of the fake scores ``[B]``."""
        return fake_scores.mean()

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor) -> Tensor:
        """Return -E f(y) of the fake scores ``[B]``."""
        return -fake_scores.mean()

    def stats(self, real_score: Tensor, fake_score: Tensor) -> dict[str, Tensor]:
        """Return ``wasserstein``: E f(x) - E f(y), the paper's estimate of the distance, times the critic's K."""
        return {"wasserstein": real_score - fake_score}
