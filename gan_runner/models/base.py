"""What the two networks of an architecture are to the rest of the program."""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class Generator(nn.Module):
    """A network ``generator(latent, labels)`` from latents ``[B, Z]`` to samples ``[B, *shape]``."""

    conditional: bool = False
    """True if it makes what ``labels`` ``[B]`` ask for; otherwise they may be None and play no part."""


class Discriminator(nn.Module, ABC):
    """A network ``discriminator(samples, labels)`` from samples ``[B, *shape]`` to raw scores ``[B]``, high for real.

    A subclass overrides ``features`` and, unless the score is ``head`` on the features, ``score``; one whose score
    takes more than the features (an autoencoder's error) overrides ``scores_and_features`` instead of ``score``.
    """

    conditional: bool = False
    """True if the score is that of a sample *with* its label; otherwise labels may be None and play no part."""
    energy: bool = False
    """True if scores are minus an energy: at most 0."""
    feature_dim: int
    """F, the length of a sample's features."""
    head: nn.Module

    @abstractmethod
    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last hidden layer ``[B, F]`` of ``samples`` ``[B, *shape]``."""

    def score(self, features: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the raw scores ``[B]`` of samples with these ``features`` ``[B, F]``."""
        scores: Tensor = self.head(features)
        return scores.squeeze(1)

    def scores_and_features(self, samples: Tensor, labels: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return scores ``[B]`` and features ``[B, F]`` of ``samples``, from one pass."""
        features = self.features(samples, labels)
        return self.score(features, labels), features

    def forward(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the raw scores ``[B]`` of ``samples`` ``[B, *shape]``."""
        return self.scores_and_features(samples, labels)[0]
