"""The MNIST networks in the code of WGAN-GP's authors (github.com/igul222/improved_wgan_training, gan_mnist.py)."""

from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.fans import init_by_fans
from gan_runner.models.layers import Norm, norm_layer, square_picture
from gan_runner.models.unit_range import ScaledSigmoid, to_unit
from gan_runner.types import Shape


class Generator(base.Generator):
    """z - FC 4w maps of 4x4 - 5x5 deconvolutions 2w (7 pixels), w (14) and to the picture (28); w = 64.

    ReLU between; no normalisation, which the code has only for its clipped critic, and then on each number of the first
    layer. The code crops 8x8 maps to 7x7. It ends in a sigmoid, for pictures in 0..1; here they are in -1..1, and
    2 sigmoid(a) - 1 = tanh(a / 2) is the same picture. Starting weights: `init_by_fans`.
    """

    def __init__(self, latent_dim: int, shape: Shape, width: int = 64, norm: Norm = "none") -> None:
        super().__init__()
        channels, _ = square_picture("wgan_gp_mnist", shape, (28,))
        self.body = nn.Sequential(
            nn.Linear(latent_dim, 4 * width * 16),
            norm_layer(norm, 4 * width * 16, spatial=False),
            nn.ReLU(),
            nn.Unflatten(1, (4 * width, 4, 4)),
            nn.ConvTranspose2d(4 * width, 2 * width, 5, 2, 2),
            norm_layer(norm, 2 * width, spatial=True),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * width, width, 5, 2, 2, 1),
            norm_layer(norm, width, spatial=True),
            nn.ReLU(),
            nn.ConvTranspose2d(width, channels, 5, 2, 2, 1),
            ScaledSigmoid(),
        )
        init_by_fans(self)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, C, 28, 28]`` in -1..1 from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = self.body(latent)
        return pictures


class Discriminator(base.Discriminator):
    """5x5 convolutions w (14 pixels), 2w (7), 4w (4), LeakyReLU 0.2 after each, and a linear score; w = 64.

    Pictures are mapped to 0..1 first, as the code has them. The norm of a gradient in -1..1 is half of that in 0..1:
    the code's penalty 10 (|g| - 1)^2 is here 40 (|g| - 1/2)^2.
    """

    def __init__(self, shape: Shape, width: int = 64, norm: Norm = "none") -> None:
        super().__init__()
        channels, _ = square_picture("wgan_gp_mnist", shape, (28,))
        self.body = nn.Sequential(
            nn.Conv2d(channels, width, 5, 2, 2),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, 5, 2, 2),
            norm_layer(norm, 2 * width, spatial=True),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 4 * width, 5, 2, 2),
            norm_layer(norm, 4 * width, spatial=True),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
        )
        self.feature_dim = 4 * width * 16
        self.head = nn.Linear(self.feature_dim, 1)
        init_by_fans(self)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last maps ``[B, F]`` of pictures ``[B, C, 28, 28]``, flattened; labels play no part."""
        features: Tensor = self.body(to_unit(samples))
        return features
