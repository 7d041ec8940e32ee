"""The gradient penalty of WGAN-GP."""

import math

import torch
from torch import Tensor

from gan_runner.regularizers.base import Regularizer
from gan_runner.types import Critic, Turn


class GradientPenalty(Regularizer):
    r"""Draw the critic's gradient norm to ``target`` along the lines between real and fake samples.

        weight * E (||grad f(xh)||_2 - target)^2,   xh = e x + (1 - e) y,   e ~ U(0, 1), one number a sample

    The norm runs over all dimensions of a sample; f is the sum of a sample's scores where it has several (patches).
    ``one_sided`` charges only norms above the target: max(0, norm - target)^2.

    Reference: Gulrajani et al. 2017, arXiv 1704.00028, eq. 3 and section 4 (weight 10, target 1, two-sided).
    One-sided: Petzka et al. 2018, arXiv 1709.08894.

    Raises:
        ValueError: if ``weight`` or ``target`` is negative or not finite.
    """

    per_sample = True

    def __init__(self, weight: float = 10.0, target: float = 1.0, one_sided: bool = False) -> None:
        super().__init__()
        if not 0 <= weight < math.inf:
            raise ValueError(f"weight must be a number from 0 up, got {weight}; WGAN-GP uses 10")
        if not 0 <= target < math.inf:
            raise ValueError(f"target (a gradient norm) must be a number from 0 up, got {target}; WGAN-GP uses 1")
        self.weight = weight
        self.target = target
        self.one_sided = one_sided

    def forward(self, critic: Critic, turn: Turn) -> Tensor:
        """Return the weighted penalty, float32 scalar, for real and fake samples ``[B, *shape]``."""
        real, fake = turn.real.float(), turn.fake.float()
        share = torch.rand(real.shape[0], *(1,) * (real.dim() - 1), device=real.device, dtype=torch.float32)
        # Second derivatives lose too much in bfloat16; the price under autocast is one pass in full precision.
        with torch.autocast(real.device.type, enabled=False):
            # func.grad and not autograd.grad(create_graph=True), because only the former compiles.
            slopes = torch.func.grad(lambda samples: critic(samples).sum())(torch.lerp(fake, real, share))
        # vector_norm's derivative at zero is 0, where that of sqrt(sum of squares) is NaN.
        excess: Tensor = torch.linalg.vector_norm(slopes.flatten(1), dim=1) - self.target
        if self.one_sided:
            excess = excess.clamp(min=0.0)
        return self.weight * excess.square().mean()
