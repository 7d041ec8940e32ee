"""The gradient penalty of WGAN-GP."""

import torch
from torch import Tensor

from gan_runner.regularizers.base import Regularizer, require_every, require_from_zero
from gan_runner.regularizers.slopes import shares, slope_norms
from gan_runner.types import Critic, Turn


class GradientPenalty(Regularizer):
    r"""Draw the critic's gradient norm to ``target`` along the lines between real and fake samples.

        weight * E (||grad f(xh)||_2 - target)^2,   xh = e x + (1 - e) y,   e ~ U(0, 1), one number a sample

    The norm runs over all dimensions of a sample; f is the sum of a sample's scores where it has several (patches).
    ``one_sided`` charges only norms above the target: max(0, norm - target)^2.

    Reference: Gulrajani et al. 2017, arXiv 1704.00028, eq. 3 and section 4 (weight 10, target 1, two-sided).
    One-sided: Petzka et al. 2018, arXiv 1709.08894.

    Raises:
        ValueError: if ``weight`` or ``target`` is negative or not finite, or ``every`` is less than 1.
    """

    per_sample = True

    def __init__(self, weight: float = 10.0, target: float = 1.0, one_sided: bool = False, every: int = 1) -> None:
        super().__init__()
        self.every = require_every(every)
        require_from_zero("weight", weight, "WGAN-GP uses 10")
        require_from_zero("target (a gradient norm)", target, "WGAN-GP uses 1")
        self.weight = weight
        self.target = target
        self.one_sided = one_sided

    def forward(self, critic: Critic, turn: Turn) -> Tensor:
        """Return the weighted penalty, float32 scalar, for real and fake samples ``[B, *shape]``."""
        real, fake = turn.real.float(), turn.fake.float()
        excess = slope_norms(critic, torch.lerp(fake, real, shares(real))) - self.target
        if self.one_sided:
            excess = excess.clamp(min=0.0)
        return self.weight * excess.square().mean()
