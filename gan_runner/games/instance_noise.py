"""Instance noise: both kinds of samples are blurred, so that their distributions overlap."""

import math

import torch
from torch import Tensor, nn

from gan_runner import ranks


class InstanceNoise(nn.Module):
    """Adds sd (1 - t / steps)+ times N(0, 1) to samples; t counts the steps. Without steps, sd stays.

    Reference: Sonderby et al. 2017, arXiv 1610.04490, section 3; Arjovsky and Bottou 2017, arXiv 1701.04862.

    Raises:
        ValueError: if ``sd`` is negative or ``steps`` less than 1.
    """

    turns: Tensor

    def __init__(self, sd: float, steps: int | None = None) -> None:
        super().__init__()
        if not 0 <= sd < math.inf:
            raise ValueError(f"instance_noise (a standard deviation) must be a number from 0 up, got {sd}; try 0.1")
        if steps is not None and steps < 1:
            raise ValueError(f"noise_steps must be 1 or more, or null for noise that stays, got {steps}")
        self.sd = sd
        self.steps = steps
        self.register_buffer("turns", torch.zeros(()))

    def forward(self, samples: Tensor) -> Tensor:
        """Return ``samples`` with fresh noise on them."""
        sd = self.sd if self.steps is None else self.sd * (1 - self.turns / self.steps).clamp(min=0.0)
        return samples + sd * ranks.whole(torch.randn_like, samples)

    def count(self) -> None:
        """Count one more step."""
        self.turns.add_(1)
