"""A loss that must see the whole batch, of which each of several processes has a share."""

from dataclasses import replace
from typing import Any

from torch import Tensor

from gan_runner import ranks
from gan_runner.losses.base import Loss
from gan_runner.types import Features, Turn


def gathered(loss: Loss) -> Loss:
    """Return ``loss`` as it is to be asked: one that couples samples gets the scores and features of all ranks.

    Each rank then computes the loss of the whole batch, and the mean of the ranks' gradients is that loss's.
    """
    return _Gathered(loss) if loss.couples_samples and ranks.size() > 1 else loss


class _Gathered(Loss):
    def __init__(self, loss: Loss) -> None:
        self._loss: Any = loss
        self.needs_turn = loss.needs_turn  # type: ignore[misc]
        self.has_targets = loss.has_targets  # type: ignore[misc]
        self.uses_real_scores = loss.uses_real_scores  # type: ignore[misc]

    def discriminator(self, real_scores: Tensor, fake_scores: Tensor, **turn: Turn) -> Tensor:
        value: Tensor = self._loss.discriminator(ranks.gather(real_scores), ranks.gather(fake_scores), **_all(turn))
        return value

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor, **turn: Turn) -> Tensor:
        real = None if real_scores is None else ranks.gather(real_scores)
        value: Tensor = self._loss.generator(real, ranks.gather(fake_scores), **_all(turn))
        return value

    def stats(self, real_score: Tensor, fake_score: Tensor) -> dict[str, Tensor]:
        values: dict[str, Tensor] = self._loss.stats(real_score, fake_score)
        return values


def _all(turn: dict[str, Turn]) -> dict[str, Turn]:
    """Return the keyword ``turn``, if it is there, with the features of all ranks."""
    return {key: replace(one, features=_features(one.features)) for key, one in turn.items()}


def _features(features: Features | None) -> Features | None:
    if features is None:
        return None
    return Features(None if features.real is None else ranks.gather(features.real), ranks.gather(features.fake))
