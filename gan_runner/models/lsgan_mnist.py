"""The MNIST networks of a post on LSGAN in PaddlePaddle (PaperWeekly, 2018-10-10); not those of the LSGAN paper."""

from typing import Literal

from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.layers import Norm, init_fluid, norm_layer, square_picture
from gan_runner.types import Shape


class MemoryReshape(nn.Module):
    """Reads maps ``[B, 4C, H, W]`` as ``[B, C, 2H, 2W]`` without moving a number.

    Four consecutive maps, laid end to end row after row, become one: with H = W = 7 the first row of the new map is
    the first two rows of the first old one. Pixel shuffle would interleave the four maps instead, so that neighbours
    stay neighbours.
    """

    def forward(self, maps: Tensor) -> Tensor:
        """Return the same numbers in the same order, as maps of twice the side."""
        batch, channels, height, width = maps.shape
        return maps.reshape(batch, channels // 4, 2 * height, 2 * width)


class Generator(base.Generator):
    """z - FC 1024 - FC 6272, norm, tanh - 128 maps of 7x7 - 5x5 conv 256 - 64 of 14x14 - conv 128 - 32 of 28x28 - conv.

    Tanh follows every convolution; the FC 1024 has no activation. The post reshapes in memory, as `MemoryReshape` does;
    ``reshape="pixel_shuffle"`` is what it may have meant. It prints neither the size of z nor the starting weights:
    these are Fluid's defaults.
    """

    def __init__(
        self,
        latent_dim: int,
        shape: Shape,
        norm: Norm = "batch",
        reshape: Literal["memory", "pixel_shuffle"] = "memory",
    ) -> None:
        super().__init__()
        channels, _ = square_picture("lsgan_mnist", shape, (28,))

        def enlarge() -> nn.Module:
            return MemoryReshape() if reshape == "memory" else nn.PixelShuffle(2)

        self.body = nn.Sequential(
            nn.Linear(latent_dim, 1024),
            nn.Linear(1024, 6272),
            norm_layer(norm, 6272, spatial=False),
            nn.Tanh(),
            nn.Unflatten(1, (128, 7, 7)),
            nn.Conv2d(128, 256, 5, padding=2),
            nn.Tanh(),
            enlarge(),
            nn.Conv2d(64, 128, 5, padding=2),
            nn.Tanh(),
            enlarge(),
            nn.Conv2d(32, channels, 5, padding=2),
            nn.Tanh(),
        )
        init_fluid(self)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, C, 28, 28]`` in -1..1 from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = self.body(latent)
        return pictures


class Discriminator(base.Discriminator):
    """6x6 conv 32 (28 to 14 pixels) - 6x6 conv 64, norm (to 7) - FC 512, norm - FC 1, LeakyReLU 0.02 (Fluid's default).

    As the post's layers do, those before a batch norm keep their bias, although it cancels.
    """

    def __init__(self, shape: Shape, norm: Norm = "batch") -> None:
        super().__init__()
        channels, _ = square_picture("lsgan_mnist", shape, (28,))
        self.body = nn.Sequential(
            nn.Conv2d(channels, 32, 6, 2, 2),
            nn.LeakyReLU(0.02),
            nn.Conv2d(32, 64, 6, 2, 2),
            norm_layer(norm, 64, spatial=True),
            nn.LeakyReLU(0.02),
            nn.Flatten(),
            nn.Linear(64 * 7 * 7, 512),
            norm_layer(norm, 512, spatial=False),
            nn.LeakyReLU(0.02),
        )
        self.feature_dim = 512
        self.head = nn.Linear(self.feature_dim, 1)
        init_fluid(self)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last hidden layer ``[B, 512]`` of pictures ``[B, C, 28, 28]``."""
        features: Tensor = self.body(samples)
        return features
