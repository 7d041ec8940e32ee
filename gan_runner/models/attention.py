"""Self-attention between the pixels of a map."""

import torch
from torch import Tensor, nn


class SelfAttention(nn.Module):
    r"""Adds to every pixel a mixture of all pixels' values, weighed by how well its query meets their keys.

        y = x + gamma V [sum_j softmax_j(q_i . k_j) h_j]

    q, k and h are 1x1 convolutions to C/8 channels, V is one back to C; gamma starts at 0, so that a network begins
    without it. The products are not scaled by their length.

    Reference: Zhang et al. 2019, SAGAN, arXiv 1805.08318, eq. 1 to 3.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = max(1, channels // 8)
        self.query = nn.Conv2d(channels, inner, 1, bias=False)
        self.key = nn.Conv2d(channels, inner, 1, bias=False)
        self.value = nn.Conv2d(channels, inner, 1, bias=False)
        self.output = nn.Conv2d(inner, channels, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(()))

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps ``[B, C, H, W]`` of the same shape; the weights take B (H W)^2 numbers."""
        query, key, value = (layer(maps).flatten(2) for layer in (self.query, self.key, self.value))
        # Plain products: the fused kernels cannot be differentiated twice, as gradient penalties need.
        weights = torch.softmax(query.mT @ key, dim=2)
        mixed = (value @ weights.mT).unflatten(2, maps.shape[2:])
        change: Tensor = self.output(mixed)
        return maps + self.gamma * change
