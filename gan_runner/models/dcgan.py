"""DCGAN (Radford et al. 2016, arXiv 1511.06434) in its widespread port with 4x4 kernels, at 28, 32 or 64 pixels."""

from itertools import pairwise

from torch import Tensor, nn

from gan_runner.models.layers import Norm, init_dcgan, norm_layer, square_picture, wants_bias
from gan_runner.types import Shape

# side of the picture -> (side of the first maps, their channels and those of each doubling, in units of the width)
_PLANS = {28: (7, (2, 1)), 32: (4, (4, 2, 1)), 64: (4, (8, 4, 2, 1))}


def _plan(shape: Shape, width: int) -> tuple[int, int, list[int]]:
    """Return (channels of the picture, side of the smallest maps, channels of the maps from smallest to largest)."""
    if width < 1:
        raise ValueError(f"width of the largest maps, got {width}; allowed 1 or more; the usual ones are 32 and 64")
    channels, size = square_picture("dcgan", shape, tuple(_PLANS))
    side, multiples = _PLANS[size]
    return channels, side, [multiple * width for multiple in multiples]


class Generator(nn.Module):
    """Maps latents to pictures by transposed convolutions (kernel 4, stride 2, padding 1) that double the side.

    From the paper: no pooling, no hidden fully connected layer, batch norm after every layer but the last, ReLU, tanh
    at the end, weights N(0, 0.02), channels halved where the side doubles. Not from the paper: 4x4 kernels (its nets
    have 5x5). Maps have 8w, 4w, 2w, w channels at 4, 8, 16, 32 pixels for a picture of 64 (the paper's net: w = 128),
    4w, 2w, w at 4, 8, 16 for one of 32, and 2w, w at 7, 14 for one of 28 (the authors' MNIST code: w = 64). The linear
    first layer is the port's 4x4 transposed convolution of a 1x1 map. Biases stand where no batch or instance norm
    would cancel them.
    """

    def __init__(self, latent_dim: int, shape: Shape, width: int = 32, norm: Norm = "batch") -> None:
        super().__init__()
        channels, side, widths = _plan(shape, width)
        bias = wants_bias(norm)
        layers: list[nn.Module] = [
            nn.Linear(latent_dim, widths[0] * side * side, bias=bias),
            nn.Unflatten(1, (widths[0], side, side)),
            norm_layer(norm, widths[0], spatial=True),
            nn.ReLU(),
        ]
        for inner, outer in pairwise(widths):
            layers += [
                nn.ConvTranspose2d(inner, outer, 4, 2, 1, bias=bias),
                norm_layer(norm, outer, spatial=True),
                nn.ReLU(),
            ]
        layers += [nn.ConvTranspose2d(widths[-1], channels, 4, 2, 1), nn.Tanh()]
        self.body = nn.Sequential(*layers)
        init_dcgan(self)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, *shape]`` in -1..1 from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = self.body(latent)
        return pictures


class Discriminator(nn.Module):
    """Scores pictures by strided convolutions (kernel 4, stride 2, padding 1): the generator's maps in reverse.

    From the paper: batch norm after every layer but the first and the last, LeakyReLU 0.2, no hidden fully connected
    layer. The linear last layer is the port's 4x4 convolution to one pixel; it gives the raw score, no sigmoid.
    """

    def __init__(self, shape: Shape, width: int = 32, norm: Norm = "batch") -> None:
        super().__init__()
        channels, side, widths = _plan(shape, width)
        widths.reverse()
        layers: list[nn.Module] = [nn.Conv2d(channels, widths[0], 4, 2, 1), nn.LeakyReLU(0.2)]
        for outer, inner in pairwise(widths):
            layers += [
                nn.Conv2d(outer, inner, 4, 2, 1, bias=wants_bias(norm)),
                norm_layer(norm, inner, spatial=True),
                nn.LeakyReLU(0.2),
            ]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(widths[-1] * side * side, 1)
        init_dcgan(self)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last maps ``[B, F]`` of pictures ``[B, *shape]``, flattened."""
        maps: Tensor = self.body(samples)
        return maps.flatten(1)

    def forward(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the raw scores ``[B]`` of pictures ``[B, *shape]``; labels play no part."""
        scores: Tensor = self.head(self.features(samples))
        return scores.squeeze(1)
