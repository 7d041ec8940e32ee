"""Minibatch discrimination: a critic's view of how alike the samples of a batch are."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_runner import ranks


class MinibatchDiscrimination(nn.Module):
    r"""Appends to each sample's features how near the rest of the batch is (Salimans et al. 2016, arXiv 1606.03498).

        M_i = h_i T,  o_ib = b_b + sum_{j != i} exp(-||M_ib - M_jb||_1)

    T ``[F, kernels, size]`` is kept as a direction of unit length over F times exp(log_scale), as in the official code,
    which has 100 kernels of size 5, log_scale 0 and b = -1 at the start; its first pass that sets them from the data is
    left out.

    A score then depends on the whole batch, which rules out a penalty on each sample's own gradient. Costs
    ``B * B * kernels * size`` numbers of memory.
    """

    def __init__(self, features: int, kernels: int = 100, size: int = 5) -> None:
        super().__init__()
        if kernels < 1 or size < 1:
            raise ValueError(
                f"minibatch discrimination with {kernels} kernels of size {size}; allowed 1 or more of both, "
                "e.g. 100 of size 5"
            )
        self.direction = nn.Parameter(torch.empty(features, kernels, size).normal_(0.0, 0.05))
        self.log_scale = nn.Parameter(torch.zeros(kernels, size))
        self.bias = nn.Parameter(torch.full((kernels,), -1.0))

    def forward(self, features: Tensor) -> Tensor:
        """Return ``features`` ``[B, F]`` with the nearness to the batch appended, ``[B, F + kernels]``."""
        projection = F.normalize(self.direction, dim=0) * self.log_scale.exp()
        codes = (features @ projection.flatten(1)).reshape(-1, *self.log_scale.shape)
        distances = (codes[:, None] - ranks.gather(codes)[None]).abs().sum(3)
        nearness = distances.neg().exp().sum(1) - 1  # each sample is at distance 0 from itself
        return torch.cat([features, nearness + self.bias], 1)
