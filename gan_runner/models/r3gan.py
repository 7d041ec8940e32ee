"""R3GAN's residual networks without normalisation (Huang et al. 2024, arXiv 2501.05441)."""

import math
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_runner.models import base
from gan_runner.models.layers import square_picture
from gan_runner.types import Shape

Layer = TypeVar("Layer", nn.Conv2d, nn.Linear)
_SIZES = (32, 64, 128)
_SLOPE = 0.2
_GAIN = math.sqrt(2 / (1 + _SLOPE**2))
_EXPANSION = 2
"""Maps inside a block, as a multiple of those outside."""
_BLOCKS = 2
"""Residual blocks between two changes of the side."""


def _plan(shape: Shape, width: int, groups: int) -> tuple[int, int]:
    """Return (channels of the picture, stages: one for each side from 4 to the picture's)."""
    channels, size = square_picture("r3gan", shape, _SIZES)
    inner = _EXPANSION * width
    if width < 1 or groups < 1 or inner % groups:
        raise ValueError(
            f"width and groups, got {width} and {groups}; allowed: groups that divide {_EXPANSION} x width; "
            "the paper's are width=768 groups=96"
        )
    return channels, int(math.log2(size)) - 1


class Downsample(nn.Module):
    """Halves the side: every second pixel of the maps smoothed by [1, 2, 1] / 4 along both axes, 0 beyond the edges.

    Means of two by two are the same and, unlike a convolution for each map, can be differentiated twice at little cost.
    """

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps ``[B, C, H/2, W/2]`` of ``[B, C, H, W]``."""
        return F.avg_pool2d(F.avg_pool2d(maps, 2, 1, padding=1), 2)


class Upsample(nn.Module):
    """Doubles the side: pixels stay, and between two neighbours comes their mean; the transpose of `Downsample`."""

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps ``[B, C, 2H, 2W]`` of ``[B, C, H, W]``."""
        large = F.interpolate(maps, scale_factor=2.0, mode="nearest")
        return F.avg_pool2d(F.pad(large, (0, 1, 0, 1)), 2, 1)


class Block(nn.Module):
    """x + conv1x1(LReLU(conv3x3 in groups(LReLU(conv1x1 to twice the maps(x))))); the last convolution has no bias.

    With ``blocks`` of them in the network, the first two convolutions start from N(0, g^2 / fan-in) with g =
    sqrt(2 / (1 + 0.2^2)) blocks^(-1/4), biases from 0, and the last from 0, so that a block starts as the identity.
    """

    def __init__(self, width: int, groups: int, blocks: int) -> None:
        super().__init__()
        inner = _EXPANSION * width
        gain = _GAIN * blocks**-0.25
        self.body = nn.Sequential(
            _init(nn.Conv2d(width, inner, 1), gain),
            nn.LeakyReLU(_SLOPE),
            _init(nn.Conv2d(inner, inner, 3, padding=1, groups=groups), gain),
            nn.LeakyReLU(_SLOPE),
            _init(nn.Conv2d(inner, width, 1, bias=False), 0.0),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps ``[B, C, H, W]`` of the same shape."""
        change: Tensor = self.body(maps)
        return maps + change


class Generator(base.Generator):
    """A learned 4x4 basis for each map, times FC(z) - [2 blocks, side x 2] as often as needed - 2 blocks - 1x1 conv.

    The basis starts from N(0, 1), linear layers from N(0, 1 / fan-in). All stages have ``width`` maps (the paper: 768
    with 96 groups at 32 pixels, latents of 64). The output is linear, so that pictures may leave -1..1 a little.
    """

    def __init__(self, latent_dim: int, shape: Shape, width: int = 768, groups: int = 96) -> None:
        super().__init__()
        channels, stages = _plan(shape, width, groups)
        self.basis = nn.Parameter(torch.randn(width, 4, 4))
        self.coefficients = _init(nn.Linear(latent_dim, width, bias=False))
        layers: list[nn.Module] = []
        for stage in range(stages):
            layers += [Upsample()] if stage else []
            layers += [Block(width, groups, _BLOCKS * stages) for _ in range(_BLOCKS)]
        self.body = nn.Sequential(*layers, _init(nn.Conv2d(width, channels, 1, bias=False)))

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, *shape]`` from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = self.body(self.basis * self.coefficients(latent)[:, :, None, None])
        return pictures


class Discriminator(base.Discriminator):
    """1x1 conv - [2 blocks, half the side] down to 4 pixels - 2 blocks - 4x4 conv, each map for itself - FC 1.

    No layer but those inside the blocks has a bias. Starting weights as in `Generator`.
    """

    def __init__(self, shape: Shape, width: int = 768, groups: int = 96) -> None:
        super().__init__()
        channels, stages = _plan(shape, width, groups)
        layers: list[nn.Module] = [_init(nn.Conv2d(channels, width, 1, bias=False))]
        for stage in range(stages):
            layers += [Downsample()] if stage else []
            layers += [Block(width, groups, _BLOCKS * stages) for _ in range(_BLOCKS)]
        self.body = nn.Sequential(*layers, _init(nn.Conv2d(width, width, 4, groups=width, bias=False)), nn.Flatten())
        self.feature_dim = width
        self.head = _init(nn.Linear(width, 1, bias=False))

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last maps ``[B, F]`` of pictures ``[B, *shape]``, each brought to one number."""
        features: Tensor = self.body(samples)
        return features


def _init(layer: Layer, gain: float = 1.0) -> Layer:
    """Draw weights N(0, gain^2 / fan-in), biases 0, and return the layer."""
    fan_in = layer.weight[0].numel()
    nn.init.normal_(layer.weight, 0.0, gain / math.sqrt(fan_in))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
