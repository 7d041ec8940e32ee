"""The few shapes of things that pass between data, game, loss, regularizer and engine."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from torch import Tensor, nn

Shape = tuple[int, ...]
"""The shape of one sample: ``(C, H, W)`` for a picture, ``(D,)`` for a point."""
Side = Literal["discriminator", "generator"]


@dataclass(frozen=True)
class Batch:
    """What the data stream yields: ``real`` ``[B, *shape]`` float32 on the device, ``labels`` ``[B]`` int64 or None."""

    real: Tensor
    labels: Tensor | None = None


@dataclass(frozen=True)
class Turn:
    """All that a loss or regularizer may look at while one player is at play.

    ``real`` and ``fake`` are ``[B, *shape]``; ``latent`` is ``[B, Z]``; ``labels`` is ``[B]`` or None. In the
    discriminator's turn ``fake`` carries no gradient to the generator.
    """

    real: Tensor
    fake: Tensor
    latent: Tensor
    labels: Tensor | None = None


class Critic:
    """A discriminator with this turn's labels filled in, so that losses and penalties need not know of labels."""

    def __init__(self, network: nn.Module, labels: Tensor | None = None) -> None:
        self._network = network
        self._labels = labels

    def __call__(self, samples: Tensor) -> Tensor:
        """Return the scores (no sigmoid) of ``samples`` ``[B, *shape]``: ``[B]``, or ``[B, ...]`` for patches."""
        scores: Tensor = self._network(samples, self._labels)
        return scores

    def features(self, samples: Tensor) -> Tensor:
        """Return the last hidden layer's features ``[B, F]`` of ``samples``."""
        features: Tensor = self._network.features(samples, self._labels)  # type: ignore[operator]
        return features


class Outcome(NamedTuple):
    """What a turn comes to, as scalars on the device: ``terms`` are summed and minimised, ``stats`` are only logged."""

    terms: dict[str, Tensor]
    stats: dict[str, Tensor]
