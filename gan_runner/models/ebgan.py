"""Convolutional networks for EBGAN (Zhao et al. 2017, arXiv 1609.03126) at 32 or 64 pixels: our own, in its manner."""

from itertools import pairwise

from torch import nn

from gan_runner.models import dcgan
from gan_runner.models.autoencoder import Autoencoder
from gan_runner.models.layers import Norm, init_dcgan, norm_layer, square_picture, wants_bias
from gan_runner.types import Shape

_SIZES = (32, 64)


class Generator(dcgan.Generator):
    """DCGAN's generator."""

    def __init__(self, latent_dim: int, shape: Shape, width: int = 64, norm: Norm = "batch") -> None:
        square_picture("ebgan", shape, _SIZES)
        super().__init__(latent_dim, shape, width=width, norm=norm)


class Discriminator(Autoencoder):
    """Encoder: three 4x4 convolutions, stride 2, to w, 2w, 4w maps; decoder: their mirror, transposed; mean squares.

    Norm and LeakyReLU 0.2 follow all layers but the first of the encoder, which has no norm, and the last of the
    decoder, which is linear: a bounded output could not reach the margin. Starting weights are DCGAN's.
    """

    def __init__(self, shape: Shape, width: int = 64, norm: Norm = "batch") -> None:
        if width < 1:
            raise ValueError(f"width of the largest maps, got {width}; allowed 1 or more; 64 is usual")
        channels, size = square_picture("ebgan", shape, _SIZES)
        bias = wants_bias(norm)
        widths = (width, 2 * width, 4 * width)
        encoder: list[nn.Module] = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2)]
        decoder: list[nn.Module] = []
        for inputs, outputs in pairwise(widths):
            encoder += [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=bias), norm_layer(norm, outputs, spatial=True)]
            encoder.append(nn.LeakyReLU(0.2))
        for inputs, outputs in pairwise(reversed(widths)):
            decoder += [
                nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=bias),
                norm_layer(norm, outputs, spatial=True),
            ]
            decoder.append(nn.LeakyReLU(0.2))
        decoder.append(nn.ConvTranspose2d(width, channels, 4, 2, 1))
        super().__init__(nn.Sequential(*encoder), nn.Sequential(*decoder), 4 * width * (size // 8) ** 2, "squared")
        init_dcgan(self)
