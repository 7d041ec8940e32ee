"""The generalized loss-sensitive objective: one slope from WGAN over LS-GAN to the absolute error."""

import math
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from gan_runner.losses.loss_sensitive import LossSensitive


@dataclass(frozen=True)
class GeneralizedLossSensitive(LossSensitive):
    r"""``LossSensitive`` with a slope where a pair is beyond its margin already.

        D: E C(Delta(x, y) - (f(x) - f(y))) - gamma E f(x),   C(a) = max(a, slope a)
        G: -E f(y)

    Slope 1 is WGAN (the margins are then a constant for D), 0 is LS-GAN, -1 the distance |Delta - (f(x) - f(y))|:
    below 0, D draws pairs that are too far apart back to their margin.

    Reference: Qi 2017, arXiv 1701.06264, appendix D; slope -1 is the default of its official code's README (the code
    itself has had others). ``notes_glsgan`` is a popular variant that is something else.

    Raises:
        ValueError: as ``LossSensitive``, and if ``slope`` is above 1 or not finite.
    """

    slope: float = -1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not -math.inf < self.slope <= 1:
            raise ValueError(f"slope must be a number up to 1, got {self.slope}; 1 is WGAN, 0 LS-GAN, -1 the L1 cost")

    def _cost(self, shortfall: Tensor) -> Tensor:
        return F.leaky_relu(shortfall, self.slope)
