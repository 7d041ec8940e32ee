"""One-sided label smoothing for any loss that has labels."""

from typing import Any

from torch import Tensor

from gan_runner.losses.base import Loss, SeparableLoss


def smoothed(loss: Loss, share: float) -> Loss:
    """Return ``loss`` with the ``share`` of real samples labelled fake in the discriminator's objective.

    A sum of terms R(x) + F(y) becomes (1 - share) R(x) + share F(x) + F(y): for the logistic loss this is a target of
    1 - share, for least squares the target (1 - share) b + share a, up to a constant. In a loss on pairs the label is
    the pair's: (1 - share) D(x, y) + share D(y, x). The generator's objective stays as it is.

    Reference: Salimans et al. 2016, arXiv 1606.03498, section 3.4. It smooths no fake labels: that would reward the
    generator where the data are thin.

    Raises:
        ValueError: unless ``share`` is at least 0 and less than 0.5, and 0 for a loss without targets: smoothing
            would only scale some of them, and let WGAN's scores drift, which go by nothing but differences.
    """
    if not 0 <= share < 0.5:
        raise ValueError(
            f"label_smoothing (the share of real samples labelled fake), got {share}; allowed 0 to less than 0.5; "
            "0.1 is usual"
        )
    if share == 0:
        return loss
    if not loss.has_targets:
        raise ValueError(
            f"label_smoothing, got {share} with loss {type(loss).__name__}, which has no labels to smooth; "
            "use label_smoothing=0 or another loss"
        )
    return _SmoothedTerms(loss, share) if isinstance(loss, SeparableLoss) else _SmoothedPairs(loss, share)


class _Smoothed(Loss):
    """A loss whose generator's side is that of another."""

    def __init__(self, loss: Loss, share: float) -> None:
        self._loss: Any = loss
        self._share = share
        self.needs_turn = loss.needs_turn  # type: ignore[misc]
        self.uses_real_scores = loss.uses_real_scores  # type: ignore[misc]
        self.couples_samples = loss.couples_samples  # type: ignore[misc]

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor, **turn: Any) -> Tensor:
        value: Tensor = self._loss.generator(real_scores, fake_scores, **turn)
        return value

    def stats(self, real_score: Tensor, fake_score: Tensor) -> dict[str, Tensor]:
        values: dict[str, Tensor] = self._loss.stats(real_score, fake_score)
        return values


class _SmoothedPairs(_Smoothed):
    def discriminator(self, real_scores: Tensor, fake_scores: Tensor, **turn: Any) -> Tensor:
        straight: Tensor = self._loss.discriminator(real_scores, fake_scores, **turn)
        swapped: Tensor = self._loss.discriminator(fake_scores, real_scores, **turn)
        return (1 - self._share) * straight + self._share * swapped


class _SmoothedTerms(_Smoothed, SeparableLoss):
    def real_term(self, real_scores: Tensor) -> Tensor:
        as_real: Tensor = self._loss.real_term(real_scores)
        as_fake: Tensor = self._loss.fake_term(real_scores)
        return (1 - self._share) * as_real + self._share * as_fake

    def fake_term(self, fake_scores: Tensor) -> Tensor:
        value: Tensor = self._loss.fake_term(fake_scores)
        return value
