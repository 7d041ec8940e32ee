"""LSGAN's networks for LSUN's scenes (Mao et al. 2017, arXiv 1611.04076), as its code has them."""

from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.layers import Norm, norm_layer, square_picture, wants_bias
from gan_runner.models.lsgan_layers import double, halve, init_lsgan
from gan_runner.types import Shape

SIDES = (64, 112, 128)
"""The paper's 112 pixels come from maps of 7x7; the same layers make 64 of 4x4 and 128 of 8x8."""


def _plan(shape: Shape, width: int) -> tuple[int, int]:
    """Return (channels of the picture, side of the smallest maps)."""
    if width < 1:
        raise ValueError(f"width, got {width}; allowed 1 or more; the paper's is 64")
    channels, size = square_picture("lsgan_scene", shape, SIDES)
    return channels, size // 16


class Generator(base.Generator):
    """z - FC 4w x 7x7 - eight layers of 3x3 transposed convolutions, to 112 pixels; w = ``width``, the paper's 64.

    Two doublings to 4w maps, each followed by a layer of stride 1 (4w maps, 14 and 28 pixels), doublings to 2w and w
    maps (56, 112), and a last layer of stride 1 to the picture. Norm and ReLU after all but the last, which has tanh.
    Weights N(0, 0.02). Biases stand where no batch or instance norm would cancel them.
    """

    def __init__(self, latent_dim: int, shape: Shape, width: int = 64, norm: Norm = "batch") -> None:
        super().__init__()
        channels, side = _plan(shape, width)
        bias, wide = wants_bias(norm), 4 * width
        layers: list[nn.Module] = [
            nn.Linear(latent_dim, wide * side * side, bias=bias),
            nn.Unflatten(1, (wide, side, side)),
            norm_layer(norm, wide, spatial=True),
            nn.ReLU(),
        ]
        for layer in (
            double(wide, wide, 3, bias),
            nn.ConvTranspose2d(wide, wide, 3, 1, 1, bias=bias),
            double(wide, wide, 3, bias),
            nn.ConvTranspose2d(wide, wide, 3, 1, 1, bias=bias),
            double(wide, 2 * width, 3, bias),
            double(2 * width, width, 3, bias),
        ):
            layers += [layer, norm_layer(norm, layer.out_channels, spatial=True), nn.ReLU()]
        self.body = nn.Sequential(*layers, nn.ConvTranspose2d(width, channels, 3, 1, 1), nn.Tanh())
        init_lsgan(self)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, *shape]`` in -1..1 from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = self.body(latent)
        return pictures


class Discriminator(base.Discriminator):
    """Four 5x5 convolutions of stride 2 to w, 2w, 4w, 8w maps (56, 28, 14, 7 pixels) - FC 1; LeakyReLU 0.2.

    Norm after all convolutions but the first. Convolutions start truncated normal (`init_lsgan`).
    """

    def __init__(self, shape: Shape, width: int = 64, norm: Norm = "batch") -> None:
        super().__init__()
        channels, side = _plan(shape, width)
        layers: list[nn.Module] = [halve(channels, width), nn.LeakyReLU(0.2)]
        for inputs in (width, 2 * width, 4 * width):
            layers += [
                halve(inputs, 2 * inputs, wants_bias(norm)),
                norm_layer(norm, 2 * inputs, spatial=True),
                nn.LeakyReLU(0.2),
            ]
        self.body = nn.Sequential(*layers, nn.Flatten())
        self.feature_dim = 8 * width * side * side
        self.head = nn.Linear(self.feature_dim, 1)
        init_lsgan(self)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last maps ``[B, F]`` of pictures ``[B, *shape]``, flattened."""
        features: Tensor = self.body(samples)
        return features
