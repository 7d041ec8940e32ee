"""InfoGAN's networks for MNIST (Chen et al. 2016, arXiv 1606.03657), as in its official code."""

from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.layers import Norm, init_dcgan, norm_layer, square_picture, wants_bias
from gan_runner.models.unit_range import ScaledSigmoid, to_unit
from gan_runner.types import Shape


def _channels(shape: Shape) -> int:
    return square_picture("infogan", shape, (28,))[0]


class Generator(base.Generator):
    """FC 1024 - FC 128 maps of 7x7 - 4x4 transposed conv 64, stride 2 - the same to the picture.

    Batch norm and ReLU follow all layers but the last. Its sigmoid for pixels in 0..1 is here tanh(a/2) = 2 sigmoid(a)
    - 1, the same picture in -1..1. The latents are the noise and the codes, one after the other: 62 + 10 + 2 numbers in
    the paper. The starting weights are DCGAN's.
    """

    def __init__(self, latent_dim: int, shape: Shape, norm: Norm = "batch") -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(latent_dim, 1024, bias=wants_bias(norm)),
            norm_layer(norm, 1024, spatial=False),
            nn.ReLU(),
            nn.Linear(1024, 128 * 7 * 7, bias=wants_bias(norm)),
            norm_layer(norm, 128 * 7 * 7, spatial=False),
            nn.ReLU(),
            nn.Unflatten(1, (128, 7, 7)),
            nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=wants_bias(norm)),
            norm_layer(norm, 64, spatial=True),
            nn.ReLU(),
            nn.ConvTranspose2d(64, _channels(shape), 4, 2, 1),
            ScaledSigmoid(),
        )
        init_dcgan(self)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, C, 28, 28]`` in -1..1 from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = self.body(latent)
        return pictures


class Discriminator(base.Discriminator):
    """4x4 conv 64, stride 2 - 4x4 conv 128, stride 2, norm - FC 1024, norm - FC 1; LeakyReLU 0.01 follows all but one.

    Pictures are mapped to 0..1 first, as the code has them. The paper's Q, which reads the codes off a picture, shares
    all but the last layer: it is a net on the ``features``.
    """

    def __init__(self, shape: Shape, norm: Norm = "batch") -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(_channels(shape), 64, 4, 2, 1),
            nn.LeakyReLU(0.01),
            nn.Conv2d(64, 128, 4, 2, 1, bias=wants_bias(norm)),
            norm_layer(norm, 128, spatial=True),
            nn.LeakyReLU(0.01),
            nn.Flatten(),
            nn.Linear(128 * 7 * 7, 1024, bias=wants_bias(norm)),
            norm_layer(norm, 1024, spatial=False),
            nn.LeakyReLU(0.01),
        )
        self.feature_dim = 1024
        self.head = nn.Linear(self.feature_dim, 1)
        init_dcgan(self)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last hidden layer ``[B, 1024]`` of pictures ``[B, C, 28, 28]``."""
        features: Tensor = self.body(to_unit(samples))
        return features
