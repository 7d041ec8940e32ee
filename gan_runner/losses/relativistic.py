"""Objectives on how much more real one sample looks than another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor
from torch.nn import functional as F

from gan_runner.losses.base import Loss

COSTS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "logistic": lambda lead: F.softplus(-lead),
    "least_squares": lambda lead: (lead - 1.0).square(),
    "hinge": lambda lead: F.relu(1.0 - lead),
}
"""What each base charges for a lead: the score of the sample that should look more real, less the other's."""


@dataclass(frozen=True)
class Relativistic(Loss):
    r"""The discriminator wants real samples to score above fake ones, the generator fake ones above real ones.

    With the cost h of a lead t, sp(-t) for ``logistic``, (t - 1)^2 for ``least_squares`` and [1 - t]+ for ``hinge``,

        D: 0.5 E h(f(x) - E f(y)) + 0.5 E h(E f(x) - f(y)),  for ``average``
           E h(f(x) - f(y)), x and y paired as they come,  for ``paired``
        G: D's with x and y exchanged

    so that f matters only up to a constant, and G is pulled up by the fakes' distance from real scores, not from a
    fixed label. Both players' gradients pass through the batch means.

    Reference: Jolicoeur-Martineau 2018, arXiv 1807.00734: paired are its relativistic GANs (RSGAN), average its
    relativistic average GANs (RaSGAN, RaLSGAN, RaHingeGAN). The halves are those of its official code.
    """

    uses_real_scores: ClassVar[bool] = True
    couples_samples: ClassVar[bool] = True

    form: Literal["paired", "average"] = "average"
    base: Literal["logistic", "least_squares", "hinge"] = "logistic"

    def discriminator(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        """Return the cost of the real scores' lead over the fake ones, both ``[B]``."""
        return self._cost(real_scores, fake_scores)

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor) -> Tensor:
        """Return the cost of the fake scores' lead over the real ones, both ``[B]``."""
        assert real_scores is not None
        return self._cost(fake_scores, real_scores)

    def _cost(self, above: Tensor, below: Tensor) -> Tensor:
        cost = COSTS[self.base]
        if self.form == "paired":
            return cost(above - below).mean()
        return 0.5 * (cost(above - below.mean()).mean() + cost(above.mean() - below).mean())
