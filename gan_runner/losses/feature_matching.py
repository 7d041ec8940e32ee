"""Feature matching: the generator aims at the mean features of the data."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gan_runner.losses.gan import Minimax
from gan_runner.types import Turn


@dataclass(frozen=True)
class FeatureMatching(Minimax):
    r"""The discriminator of ``Minimax``; the generator gives its samples the data's mean features, not high scores.

    With the discriminator's features h in R^F,

        D: E sp(-f(x)) + E sp(f(y))
        G: |E h(x) - E h(y)|^2 / F

    G's is MMD^2 of the features under the linear kernel (biased, divided by F).

    Reference: Salimans et al. 2016, arXiv 1606.03498, section 3.1; the division by F is its official code's. Its h is
    an intermediate layer of D, ours the last one before the score.
    """

    needs_turn: ClassVar[bool] = True
    needs_features: ClassVar[bool] = True
    uses_real_scores: ClassVar[bool] = True
    couples_samples: ClassVar[bool] = True

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor, turn: Turn | None = None) -> Tensor:
        """Return the mean squared difference of the mean features ``[F]`` in ``turn``; the scores play no part."""
        assert turn is not None
        assert turn.features is not None
        real, fake = turn.features
        assert real is not None
        return (real.mean(0) - fake.mean(0)).square().mean()
