"""SN-GAN's standard convolutional networks (Miyato et al. 2018, arXiv 1802.05957); its residual ones are `resnet`."""

from itertools import pairwise

from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.layers import Norm, init_glorot, norm_layer, square_picture, wants_bias
from gan_runner.types import Shape

_SIZES = (32, 48, 64, 128)


def _plan(shape: Shape, width: int) -> tuple[int, int]:
    """Return (channels of the picture, side of the smallest maps)."""
    if width < 1:
        raise ValueError(f"width of the largest maps, got {width}; allowed 1 or more; the paper has 64")
    channels, size = square_picture("sngan", shape, _SIZES)
    return channels, size // 8


class Generator(base.Generator):
    """FC to 8w maps of an eighth of the side - three 4x4 transposed convolutions, stride 2, to 4w, 2w, w - 3x3 conv.

    Batch norm and ReLU follow the transposed convolutions, tanh the last layer; w = 64. The paper trains it at 32
    pixels (CIFAR-10) and 48 (STL-10); 64 and 128 follow the same rule. The starting
    weights are Glorot uniform, as those of its residual nets; biases 0.
    """

    def __init__(self, latent_dim: int, shape: Shape, width: int = 64, norm: Norm = "batch") -> None:
        super().__init__()
        channels, side = _plan(shape, width)
        layers: list[nn.Module] = [
            nn.Linear(latent_dim, 8 * width * side * side),
            nn.Unflatten(1, (8 * width, side, side)),
        ]
        for inputs, outputs in pairwise((8 * width, 4 * width, 2 * width, width)):
            layers += [
                nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=wants_bias(norm)),
                norm_layer(norm, outputs, spatial=True),
                nn.ReLU(),
            ]
        self.body = nn.Sequential(*layers, nn.Conv2d(width, channels, 3, padding=1), nn.Tanh())
        init_glorot(self)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, *shape]`` in -1..1 from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = self.body(latent)
        return pictures


class Discriminator(base.Discriminator):
    """3x3 conv w - 4x4 w, stride 2 - 3x3 2w - 4x4 2w, stride 2 - 3x3 4w - 4x4 4w, stride 2 - 3x3 8w - FC 1; w = 64.

    LeakyReLU 0.1 follows every convolution. No map is normalised: the paper normalises the weights (``reg=spectral``).
    """

    def __init__(self, shape: Shape, width: int = 64) -> None:
        super().__init__()
        channels, side = _plan(shape, width)
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 3, padding=1), nn.LeakyReLU(0.1)]
        for inputs, outputs in pairwise((width, 2 * width, 4 * width, 8 * width)):
            layers += [nn.Conv2d(inputs, inputs, 4, 2, 1), nn.LeakyReLU(0.1)]
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.LeakyReLU(0.1)]
        self.body = nn.Sequential(*layers)
        self.feature_dim = 8 * width * side * side
        self.head = nn.Linear(self.feature_dim, 1)
        init_glorot(self)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last maps ``[B, F]`` of pictures ``[B, *shape]``, flattened."""
        maps: Tensor = self.body(samples)
        return maps.flatten(1)
