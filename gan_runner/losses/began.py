"""BEGAN: an equilibrium between the reconstruction errors of real and fake samples."""

import math
from typing import ClassVar

import torch
from torch import Tensor, nn

from gan_runner.losses.base import Loss


class Began(Loss, nn.Module):
    r"""How much the discriminator minds the fakes follows from how well it does: proportional control.

    With an autoencoder's reconstruction error L = -f >= 0, so that f is high for real as everywhere,

        D: E L(x) - k E L(y)
        G: E L(y)
        k <- clip(k + k_rate (gamma E L(x) - E L(y)), 0, 1) in each of D's turns, from 0

    gamma is the ratio E L(y) / E L(x) aimed at: the less, the less diverse the samples. The measure of convergence
    M = E L(x) + |gamma E L(x) - E L(y)| is logged, and so is k. Nothing here holds L above 0.

    Reference: Berthelot et al. 2017, arXiv 1703.10717.

    Raises:
        ValueError: unless ``gamma`` is from 0 to 1 and ``k_rate`` a positive number.
    """

    needs_energy: ClassVar[bool] = True
    has_targets: ClassVar[bool] = False
    couples_samples: ClassVar[bool] = True

    k: Tensor

    def __init__(self, gamma: float = 0.5, k_rate: float = 0.001) -> None:
        super().__init__()
        if not 0 <= gamma <= 1:
            raise ValueError(f"gamma (ratio of the errors of fake and real) must be from 0 to 1, got {gamma}; use 0.5")
        if not 0 < k_rate < math.inf:
            raise ValueError(f"k_rate (gain of the control) must be a positive number, got {k_rate}; use 0.001")
        self.gamma = gamma
        self.k_rate = k_rate
        self.register_buffer("k", torch.zeros(()))

    def discriminator(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        """Return E L(x) - k E L(y) of scores ``[B]`` of real and of fake samples, then move k."""
        real_error, fake_error = -real_scores.mean(), -fake_scores.mean()
        # A copy: k changes in place before the gradient, which needs the old one, is taken.
        objective = real_error - self.k.clone() * fake_error
        with torch.no_grad():
            self.k.add_(self.k_rate * (self.gamma * real_error - fake_error)).clamp_(0.0, 1.0)
        return objective

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor) -> Tensor:
        """Return E L(y) of the fake scores ``[B]``."""
        return -fake_scores.mean()

    def stats(self, real_score: Tensor, fake_score: Tensor) -> dict[str, Tensor]:
        """Return ``k`` as the discriminator's next turn finds it, and ``convergence``, M at the mean scores."""
        real_error, fake_error = -real_score, -fake_score
        return {
            "k": self.k.clone(),
            "convergence": real_error + (self.gamma * real_error - fake_error).abs(),
        }
