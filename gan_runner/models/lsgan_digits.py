"""The small networks for digits of LSGAN's follow-up (Mao et al., arXiv 1712.06391), as its code has them."""

from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.layers import Norm, norm_layer, square_picture, wants_bias
from gan_runner.models.lsgan_layers import double, halve, init_lsgan
from gan_runner.models.minibatch_discrimination import MinibatchDiscrimination
from gan_runner.types import Shape


class Generator(base.Generator):
    """z - FC 512 x 4x4 - 5x5 transposed convolutions of stride 2: 256 maps of 7x7, 128 of 14x14, the picture.

    Norm and ReLU after all but the last, which has tanh; the first layer's norm is one of each number, not of each map.
    Weights N(0, 0.02). Biases stand where no batch or instance norm would cancel them. ``width`` w = 128 stands for 4w,
    2w and w maps.
    """

    def __init__(self, latent_dim: int, shape: Shape, width: int = 128, norm: Norm = "batch") -> None:
        super().__init__()
        if width < 1:
            raise ValueError(f"width, got {width}; allowed 1 or more; the paper's code has 128")
        channels, _ = square_picture("lsgan_digits", shape, (28,))
        bias = wants_bias(norm)
        self.body = nn.Sequential(
            nn.Linear(latent_dim, 4 * width * 16, bias=bias),
            norm_layer(norm, 4 * width * 16, spatial=False),
            nn.ReLU(),
            nn.Unflatten(1, (4 * width, 4, 4)),
            nn.ConvTranspose2d(4 * width, 2 * width, 5, 2, 2, bias=bias),
            norm_layer(norm, 2 * width, spatial=True),
            nn.ReLU(),
            double(2 * width, width, bias=bias),
            norm_layer(norm, width, spatial=True),
            nn.ReLU(),
            double(width, channels),
            nn.Tanh(),
        )
        init_lsgan(self)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, C, 28, 28]`` in -1..1 from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = self.body(latent)
        return pictures


class Discriminator(base.Discriminator):
    """5x5 halving to 20 maps - halving to 50, norm - FC 500, norm - FC 1; LeakyReLU 0.2.

    With ``minibatch_discrimination`` above 0, so many kernels (arXiv 1606.03498) before the last layer.
    """

    def __init__(self, shape: Shape, norm: Norm = "batch", minibatch_discrimination: int = 0) -> None:
        super().__init__()
        channels, _ = square_picture("lsgan_digits", shape, (28,))
        bias = wants_bias(norm)
        layers = [
            halve(channels, 20),
            nn.LeakyReLU(0.2),
            halve(20, 50, bias),
            norm_layer(norm, 50, spatial=True),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(50 * 49, 500, bias=bias),
            norm_layer(norm, 500, spatial=False),
            nn.LeakyReLU(0.2),
        ]
        if minibatch_discrimination:
            layers.append(MinibatchDiscrimination(500, minibatch_discrimination))
        self.body = nn.Sequential(*layers)
        self.feature_dim = 500 + minibatch_discrimination
        self.head = nn.Linear(self.feature_dim, 1)
        init_lsgan(self)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last hidden layer ``[B, F]`` of pictures ``[B, C, 28, 28]``."""
        features: Tensor = self.body(samples)
        return features
