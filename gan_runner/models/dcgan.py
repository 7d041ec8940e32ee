"""DCGAN (Radford et al. 2016, arXiv 1511.06434) in its widespread port with 4x4 kernels, at 28, 32 or 64 pixels."""

from itertools import pairwise
from typing import NamedTuple

from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.layers import Norm, init_dcgan, norm_layer, square_picture, wants_bias
from gan_runner.types import Shape

# side of the picture -> sides of the maps below it, each with half the channels of the one before
_SIDES = {28: (4, 7, 14), 32: (4, 8, 16), 64: (4, 8, 16, 32)}


class _Stage(NamedTuple):
    """Two neighbouring maps: ``inner`` channels at the smaller side, ``outer`` at the larger, and the kernel between.

    Kernel 4 at stride 2 and padding 1 doubles a side exactly; from 4 to 7 it takes kernel 3.
    """

    inner: int
    outer: int
    kernel: int


def _plan(shape: Shape, width: int) -> tuple[int, int, list[_Stage]]:
    """Return (channels of the picture, side of the smallest maps, stages from the smallest maps to the largest)."""
    if width < 1:
        raise ValueError(f"width of the largest maps, got {width}; allowed 1 or more; the usual ones are 32 and 64")
    channels, size = square_picture("dcgan", shape, tuple(_SIDES))
    sides = _SIDES[size]
    widths = [width << power for power in reversed(range(len(sides)))]
    kernels = [4 if large == 2 * small else 3 for small, large in pairwise(sides)]
    return channels, sides[0], [_Stage(*stage) for stage in zip(widths, widths[1:], kernels, strict=False)]


class Generator(base.Generator):
    """Maps latents to pictures by transposed convolutions (kernel 4, stride 2, padding 1) that double the side.

    From the paper: no pooling, no hidden fully connected layer, batch norm after every layer but the last, ReLU, tanh
    at the end, weights N(0, 0.02), channels halved where the side doubles. Not from the paper: 4x4 kernels (its nets
    have 5x5). Maps have 8w, 4w, 2w, w channels at 4, 8, 16, 32 pixels for a picture of 64 (the paper's net: w = 128),
    4w, 2w, w at 4, 8, 16 for one of 32, and the same at 4, 7, 14 for one of 28 (the sides of LSGAN's net for digits,
    arXiv 1712.06391). The linear first layer is the port's 4x4 transposed convolution of a 1x1 map. Biases stand where
    no batch or instance norm would cancel them.
    """

    def __init__(self, latent_dim: int, shape: Shape, width: int = 32, norm: Norm = "batch") -> None:
        super().__init__()
        channels, side, stages = _plan(shape, width)
        bias = wants_bias(norm)
        first = stages[0].inner
        layers: list[nn.Module] = [
            nn.Linear(latent_dim, first * side * side, bias=bias),
            nn.Unflatten(1, (first, side, side)),
            norm_layer(norm, first, spatial=True),
            nn.ReLU(),
        ]
        for stage in stages:
            layers += [
                nn.ConvTranspose2d(stage.inner, stage.outer, stage.kernel, 2, 1, bias=bias),
                norm_layer(norm, stage.outer, spatial=True),
                nn.ReLU(),
            ]
        layers += [nn.ConvTranspose2d(width, channels, 4, 2, 1), nn.Tanh()]
        self.body = nn.Sequential(*layers)
        init_dcgan(self)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, *shape]`` in -1..1 from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = self.body(latent)
        return pictures


class Discriminator(base.Discriminator):
    """Scores pictures by strided convolutions (kernel 4, stride 2, padding 1): the generator's maps in reverse.

    From the paper: batch norm after every layer but the first and the last, LeakyReLU 0.2, no hidden fully connected
    layer. The linear last layer is the port's 4x4 convolution to one pixel; it gives the raw score, no sigmoid.
    """

    def __init__(self, shape: Shape, width: int = 32, norm: Norm = "batch") -> None:
        super().__init__()
        channels, side, stages = _plan(shape, width)
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2)]
        for stage in reversed(stages):
            layers += [
                nn.Conv2d(stage.outer, stage.inner, stage.kernel, 2, 1, bias=wants_bias(norm)),
                norm_layer(norm, stage.inner, spatial=True),
                nn.LeakyReLU(0.2),
            ]
        self.body = nn.Sequential(*layers)
        self.feature_dim = stages[0].inner * side * side
        self.head = nn.Linear(self.feature_dim, 1)
        init_dcgan(self)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last maps ``[B, F]`` of pictures ``[B, *shape]``, flattened."""
        maps: Tensor = self.body(samples)
        return maps.flatten(1)
