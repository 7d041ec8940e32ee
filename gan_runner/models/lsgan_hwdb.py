"""LSGAN's conditional networks for handwritten Chinese characters (Mao et al. 2017, arXiv 1611.04076).

They are those of its code. Its pictures lie in 0..1, white paper at 1, and so they do inside both networks here;
outside they are in -1..1.
"""

import torch
from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.label_map import LabelMap
from gan_runner.models.layers import Norm, norm_layer, require_classes, square_picture, wants_bias
from gan_runner.models.lsgan_layers import double, halve, init_lsgan
from gan_runner.models.unit_range import ScaledSigmoid, to_unit
from gan_runner.types import Shape


def _plan(shape: Shape, classes: int, width: int, label_dim: int) -> int:
    """Return the channels of the picture."""
    for name, value, paper in (("width", width, 64), ("label_dim", label_dim, 256)):
        if value < 1:
            raise ValueError(f"{name}, got {value}; allowed 1 or more; the paper's is {paper}")
    require_classes("lsgan_hwdb", classes)
    channels, _ = square_picture("lsgan_hwdb", shape, (28,))
    return channels


class Generator(base.Generator):
    """z and the label's map, 256 numbers - FC 128 x 7x7 - 5x5 doubling to 128 maps - doubling to the picture, sigmoid.

    Norm and ReLU after all but the last. The map is linear in the one-hot label. Weights N(0, 0.02), biases 0; a layer
    before a batch or instance norm has none, since it would cancel. ``width`` w = 64 stands for 2w = 128 maps.
    """

    conditional = True

    def __init__(
        self, latent_dim: int, shape: Shape, classes: int, width: int = 64, label_dim: int = 256, norm: Norm = "batch"
    ) -> None:
        super().__init__()
        channels = _plan(shape, classes, width, label_dim)
        maps, bias = 2 * width, wants_bias(norm)
        self.label_map = LabelMap(classes, label_dim)
        self.body = nn.Sequential(
            nn.Linear(latent_dim + label_dim, maps * 49, bias=bias),
            nn.Unflatten(1, (maps, 7, 7)),
            norm_layer(norm, maps, spatial=True),
            nn.ReLU(),
            double(maps, maps, bias=bias),
            norm_layer(norm, maps, spatial=True),
            nn.ReLU(),
            double(maps, channels),
            ScaledSigmoid(),
        )
        init_lsgan(self)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, C, 28, 28]`` in -1..1 of ``labels`` ``[B]`` from ``latent`` ``[B, Z]``."""
        assert labels is not None
        pictures: Tensor = self.body(torch.cat([latent, self.label_map(labels)], 1))
        return pictures


class Discriminator(base.Discriminator):
    """5x5 halving to C + 256 maps - halving to 64 + 256, norm - FC 1024, norm - FC 1, the label's map before each.

    The map of 256 numbers, the network's own, stands at every pixel of the first layer's maps and beside the inputs of
    both fully connected layers; the picture itself enters alone. LeakyReLU 0.2. ``width`` w = 64 stands for w + 256
    maps and 16w = 1,024 hidden units.
    """

    conditional = True

    def __init__(self, shape: Shape, classes: int, width: int = 64, label_dim: int = 256, norm: Norm = "batch") -> None:
        super().__init__()
        channels = _plan(shape, classes, width, label_dim)
        bias = wants_bias(norm)
        first, second, hidden = channels + label_dim, width + label_dim, 16 * width
        self.label_map = LabelMap(classes, label_dim)
        self.first = nn.Sequential(halve(channels, first), nn.LeakyReLU(0.2))
        self.second = nn.Sequential(
            halve(first + label_dim, second, bias),
            norm_layer(norm, second, spatial=True),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
        )
        self.third = nn.Sequential(
            nn.Linear(second * 49 + label_dim, hidden, bias=bias),
            norm_layer(norm, hidden, spatial=False),
            nn.LeakyReLU(0.2),
        )
        self.feature_dim = hidden + label_dim
        self.head = nn.Linear(self.feature_dim, 1)
        init_lsgan(self)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return ``[B, 1024 + 256]``, the last hidden layer of pictures ``[B, C, 28, 28]`` and their labels' map."""
        assert labels is not None
        label = self.label_map(labels)
        maps = self.first(to_unit(samples))
        everywhere = label[:, :, None, None].expand(-1, -1, *maps.shape[2:])
        flat = self.second(torch.cat([maps, everywhere], 1))
        return torch.cat([self.third(torch.cat([flat, label], 1)), label], 1)
