"""The MNIST networks of a post on WGAN in PaddlePaddle (PaperWeekly, 2018-10-31); not those of the WGAN paper."""

from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.layers import Norm, init_fluid, norm_layer, square_picture
from gan_runner.types import Shape


class Generator(base.Generator):
    """z - FC 1024, tanh - FC 6272, norm, tanh - 128 maps of 7x7 - twice [side x 2, 5x5 conv, tanh], 64 maps between.

    The doubling is bilinear with the corner pixels kept, which is what Fluid's ``image_resize`` did by default in 2018.
    The post prints neither the size of z nor the starting weights: these are Fluid's defaults.
    """

    def __init__(self, latent_dim: int, shape: Shape, norm: Norm = "batch") -> None:
        super().__init__()
        channels, _ = square_picture("wgan_mnist", shape, (28,))
        self.body = nn.Sequential(
            nn.Linear(latent_dim, 1024),
            nn.Tanh(),
            nn.Linear(1024, 6272),
            norm_layer(norm, 6272, spatial=False),
            nn.Tanh(),
            nn.Unflatten(1, (128, 7, 7)),
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
            nn.Conv2d(128, 64, 5, padding=2),
            nn.Tanh(),
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
            nn.Conv2d(64, channels, 5, padding=2),
            nn.Tanh(),
        )
        init_fluid(self)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, C, 28, 28]`` in -1..1 from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = self.body(latent)
        return pictures


class Discriminator(base.Discriminator):
    """Three times [3x3 conv (32, 64, 128 maps), no padding, no bias, norm, LeakyReLU 0.02, 2x2 pool], then FC 1.

    The sides are 28, 26 - 13, 11 - 5, 3 - 1. That the pooling takes the maximum, with stride 2, is an assumption.
    Unlike DCGAN's, the first layer is normalised too. The convolutions have no bias whatever ``norm`` is.
    """

    def __init__(self, shape: Shape, norm: Norm = "batch") -> None:
        super().__init__()
        channels, _ = square_picture("wgan_mnist", shape, (28,))
        layers: list[nn.Module] = []
        for inputs, outputs in ((channels, 32), (32, 64), (64, 128)):
            layers += [
                nn.Conv2d(inputs, outputs, 3, bias=False),
                norm_layer(norm, outputs, spatial=True),
                nn.LeakyReLU(0.02),
                nn.MaxPool2d(2),
            ]
        self.body = nn.Sequential(*layers, nn.Flatten())
        self.feature_dim = 128
        self.head = nn.Linear(self.feature_dim, 1)
        init_fluid(self)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last pooled maps ``[B, 128]`` of pictures ``[B, C, 28, 28]``."""
        features: Tensor = self.body(samples)
        return features
