"""The gradient penalty of DRAGAN."""

import torch
from torch import Tensor

from gan_runner import ranks
from gan_runner.regularizers.base import Regularizer, require_every, require_from_zero
from gan_runner.regularizers.slopes import shares, slope_norms
from gan_runner.types import Critic, Turn


class Dragan(Regularizer):
    r"""Draw the critic's gradient norm to ``target`` around the real samples, whatever the fake ones are.

        weight * E (||grad f(xh)||_2 - target)^2,   xh = x + e noise s u,   e ~ U(0, 1), one number a sample

    u has the shape of x and independent numbers from U(0, 1), so the neighbourhood lies on one side of x; s is the
    standard deviation of all numbers of the real batch, or 1 if ``relative`` is false. The norm runs over all
    dimensions of a sample; f is the sum of a sample's scores where it has several (patches).

    Reference: Kodali et al. 2017, arXiv 1705.07215, with weight 10, target 1 and, as in its official code, noise 0.5
    relative to s (the paper's own noise is Gaussian). LSGANs-GP (arXiv 1712.06391) use noise 30, not relative, drawn
    once for the whole run; here it is drawn anew for each turn.

    Raises:
        ValueError: if ``weight``, ``target`` or ``noise`` is negative or not finite, or ``every`` is less than 1.
    """

    per_sample = True

    def __init__(
        self, weight: float = 10.0, target: float = 1.0, noise: float = 0.5, relative: bool = True, every: int = 1
    ) -> None:
        super().__init__()
        self.every = require_every(every)
        require_from_zero("weight", weight, "DRAGAN uses 10")
        require_from_zero("target (a gradient norm)", target, "DRAGAN uses 1")
        require_from_zero("noise", noise, "DRAGAN uses 0.5")
        self.weight = weight
        self.target = target
        self.noise = noise
        self.relative = relative

    def forward(self, critic: Critic, turn: Turn) -> Tensor:
        """Return the weighted penalty, float32 scalar, for real samples ``[B, *shape]``."""
        real = turn.real.float()
        step = self.noise * ranks.whole(torch.rand_like, real)
        if self.relative:
            step = step * ranks.gather(real).std(correction=0)
        norms = slope_norms(critic, real + shares(real) * step)
        return self.weight * (norms - self.target).square().mean()
