"""A convolution of maps of twice the side, in fewer operations than there are pixels to convolve."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_FEW = 16
"""Pixels of a map so small that summing the weights may cost more than it saves (1.6 times as long with 1024 maps of
4x4 in batches of 16)."""


def doubled(maps: Tensor) -> Tensor:
    """Return maps ``[B, C, 2H, 2W]`` of ``[B, C, H, W]``: every pixel four times."""
    large: Tensor = F.interpolate(maps, scale_factor=2.0, mode="nearest")
    return large


class UpsampledConv2d(nn.Conv2d):
    r"""The convolution with an odd ``kernel`` k of maps `doubled`, which keeps the side: 2H by 2W from H by W.

    Repeating pixels is a transposed convolution of stride 2 with a kernel of 2 x 2 ones, and two layers without
    anything between are one. It has the kernel

        v_d = w_{-d} + w_{1-d},   d = -p, ..., p + 1,   p = (k - 1) / 2

    along each axis, w the convolution's own, zero beyond -p ... p. That is 4 k^2 / (k + 1)^2 times fewer operations,
    2.25 with k = 3 and 2.8 with k = 5, for the same function to rounding. Parameters and their names are `nn.Conv2d`'s.
    """

    sums: Tensor

    def __init__(self, inputs: int, outputs: int, kernel: int, bias: bool = True) -> None:
        if kernel % 2 == 0:
            raise ValueError(f"kernel of a convolution that keeps the side, got {kernel}; allowed: odd numbers")
        super().__init__(inputs, outputs, kernel, padding=kernel // 2, bias=bias)
        mirror = torch.eye(kernel).flip(0)
        along = F.pad(mirror, (0, 1)) + F.pad(mirror, (1, 0))
        self.register_buffer("sums", torch.kron(along, along), persistent=False)

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps ``[B, outputs, 2H, 2W]`` of ``maps`` ``[B, inputs, H, W]``."""
        kernel, pad = self.kernel_size[0], self.kernel_size[0] // 2
        if maps.shape[2] * maps.shape[3] <= _FEW:
            return F.conv2d(doubled(maps), self.weight, self.bias, padding=pad)
        shape = self.in_channels, self.out_channels, kernel + 1, kernel + 1
        summed = (self.weight.transpose(0, 1).flatten(2) @ self.sums).view(shape)
        if self.weight.is_contiguous(memory_format=torch.channels_last):
            # A kernel in the other layout turns the maps of all layers around it into that one, and back.
            summed = summed.contiguous(memory_format=torch.channels_last)
        return F.conv_transpose2d(maps, summed, self.bias, 2, pad)
