"""A generator that doubles the side by repeating pixels before its convolutions, and a strided critic."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.dropout import MapDropout
from gan_runner.models.layers import Norm, init_dcgan, norm_layer, square_picture, wants_bias
from gan_runner.models.upsampled_conv import UpsampledConv2d
from gan_runner.types import Shape

_SIZES = (28, 32, 64, 112, 128)


def _dense(inputs: int, hidden: Sequence[int], norm: Norm, activation: nn.Module) -> list[nn.Module]:
    """Return a fully connected layer, its norm and its activation for each width in ``hidden``."""
    layers: list[nn.Module] = []
    for before, after in pairwise((inputs, *hidden)):
        layers += [nn.Linear(before, after, bias=wants_bias(norm)), norm_layer(norm, after, False), activation]
    return layers


def _check(widths: Sequence[int], hidden: Sequence[int], kernel: int, fewest: int) -> None:
    if not fewest <= len(widths) <= 5 or min(widths) < 1:
        raise ValueError(f"widths of the maps, got {list(widths)}; allowed {fewest} to 5 numbers of 1 or more")
    if min(hidden, default=1) < 1:
        raise ValueError(f"hidden (fully connected layers), got {list(hidden)}; allowed 1 or more each, e.g. [1024]")
    if kernel not in (3, 5, 7):
        raise ValueError(f"kernel, got {kernel}; allowed 3, 5, 7")


class Generator(base.Generator):
    """z - FC for each of ``hidden`` - FC to maps - [side x 2, k x k conv] for each further width - k x k conv, tanh.

    ``widths`` are the channels at each side, from the smallest: (128, 64, 32) are 128 maps of a quarter of the side, 64
    of half, 32 of the whole. Norm and ReLU follow every layer but the last, layers before a batch or instance norm have
    no bias, weights are N(0, 0.02) as DCGAN's. Pixels are repeated, not interpolated: `UpsampledConv2d`.
    """

    def __init__(
        self,
        latent_dim: int,
        shape: Shape,
        hidden: Sequence[int] = (1024,),
        widths: Sequence[int] = (128, 64, 32),
        kernel: int = 5,
        norm: Norm = "batch",
    ) -> None:
        super().__init__()
        _check(widths, hidden, kernel, fewest=2)
        shrunk = 2 ** (len(widths) - 1)
        channels, size = square_picture("upsample", shape, [size for size in _SIZES if size % shrunk == 0])
        side, bias = size // shrunk, wants_bias(norm)
        layers = _dense(latent_dim, hidden, norm, nn.ReLU())
        layers += [
            nn.Linear([latent_dim, *hidden][-1], widths[0] * side * side, bias=bias),
            nn.Unflatten(1, (widths[0], side, side)),
            norm_layer(norm, widths[0], spatial=True),
            nn.ReLU(),
        ]
        for before, after in pairwise(widths):
            layers += [UpsampledConv2d(before, after, kernel, bias), norm_layer(norm, after, spatial=True), nn.ReLU()]
        last = nn.Conv2d(widths[-1], channels, kernel, padding=kernel // 2)
        self.body = nn.Sequential(*layers, last, nn.Tanh())
        init_dcgan(self)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, *shape]`` in -1..1 from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = self.body(latent)
        return pictures


class Discriminator(base.Discriminator):
    """A k x k convolution of stride 2 for each of ``widths`` - FC for each of ``hidden`` - FC 1; LeakyReLU 0.2.

    Norm follows every layer but the first and the last; an odd side is halved upwards. ``dropout`` is the share of
    whole maps that each convolution loses in training. Starting weights are those of `Generator`.
    """

    def __init__(
        self,
        shape: Shape,
        widths: Sequence[int] = (32, 64),
        hidden: Sequence[int] = (512,),
        kernel: int = 5,
        dropout: float = 0.0,
        norm: Norm = "batch",
    ) -> None:
        super().__init__()
        _check(widths, hidden, kernel, fewest=1)
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout, got {dropout}; allowed: 0 <= dropout < 1; 0.25 is usual")
        channels, side = square_picture("upsample", shape, _SIZES)
        layers: list[nn.Module] = []
        for stage, (before, after) in enumerate(pairwise((channels, *widths))):
            bias = stage == 0 or wants_bias(norm)
            layers.append(nn.Conv2d(before, after, kernel, 2, kernel // 2, bias=bias))
            layers += [norm_layer(norm, after, spatial=True)] if stage else []
            layers += [nn.LeakyReLU(0.2), *([MapDropout(dropout)] if dropout else [])]
            side = (side + 1) // 2
        flat = widths[-1] * side * side
        self.body = nn.Sequential(*layers, nn.Flatten(), *_dense(flat, hidden, norm, nn.LeakyReLU(0.2)))
        self.feature_dim = [flat, *hidden][-1]
        self.head = nn.Linear(self.feature_dim, 1)
        init_dcgan(self)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last hidden layer ``[B, F]`` of pictures ``[B, *shape]``; labels play no part."""
        features: Tensor = self.body(samples)
        return features
