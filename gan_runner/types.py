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


class Generated(NamedTuple):
    """Samples ``[B, *shape]`` float32 from a generator, and the labels ``[B]`` it was asked for; None without."""

    samples: Tensor
    labels: Tensor | None = None


class Codes(NamedTuple):
    """How a latent ``[B, Z]`` is laid out.

    ``noise`` numbers, then a one-hot vector of each of the ``categorical`` sizes, then ``continuous`` numbers.
    """

    noise: int
    categorical: tuple[int, ...] = ()
    continuous: int = 0

    @property
    def total(self) -> int:
        """Z, the length of a latent."""
        return self.noise + sum(self.categorical) + self.continuous


class Features(NamedTuple):
    """The discriminator's features ``[B, F]`` of this turn's samples; ``real`` is None where none were scored."""

    real: Tensor | None
    fake: Tensor


@dataclass(frozen=True)
class Turn:
    """All that a loss or regularizer may look at while one player is at play.

    ``real`` and ``fake`` are ``[B, *shape]``, as the discriminator sees them; ``latent`` is ``[B, Z]``; ``labels`` is
    ``[B]`` or None; ``features`` are there if somebody ``needs_features``. In the discriminator's turn ``fake`` carries
    no gradient to the generator.
    """

    real: Tensor
    fake: Tensor
    latent: Tensor
    labels: Tensor | None = None
    side: Side = "discriminator"
    features: Features | None = None


class Critic:
    """A discriminator with this turn's labels filled in, so that losses and penalties need not know of labels."""

    def __init__(self, network: nn.Module, labels: Tensor | None = None) -> None:
        self._network = network
        self._labels = labels

    def __call__(self, samples: Tensor) -> Tensor:
        """Return the scores (no sigmoid) of ``samples`` ``[B, *shape]``: ``[B]``, or ``[B, ...]`` for patches."""
        scores: Tensor = self._network(samples, self._labels)
        return scores

    def scores_and_features(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores of ``samples`` and their features ``[B, F]``, from one pass."""
        both: tuple[Tensor, Tensor] = self._network.scores_and_features(samples, self._labels)  # type: ignore[operator]
        return both


class Outcome(NamedTuple):
    """What a turn comes to, as scalars on the device: ``terms`` are summed and minimised, ``stats`` are only logged."""

    terms: dict[str, Tensor]
    stats: dict[str, Tensor]
