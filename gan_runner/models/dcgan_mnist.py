"""The conditional MNIST networks in the code of DCGAN's authors (github.com/Newmu/dcgan_code, train_cond_dcgan.py)."""

import torch
from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.layers import Norm, init_dcgan, norm_layer, one_hot, require_classes, square_picture
from gan_runner.models.unit_range import ScaledSigmoid, to_unit
from gan_runner.types import Shape


def _join(values: Tensor, code: Tensor) -> Tensor:
    """Return ``values`` ``[B, C]`` or ``[B, C, H, W]`` and behind them ``code`` ``[B, K]``, the same at every pixel."""
    if values.dim() == 4:
        code = code[:, :, None, None].expand(-1, -1, *values.shape[2:])
    return torch.cat([values, code.to(values.dtype)], dim=1)


def _draw(network: nn.Module) -> None:
    """Draw weights N(0, 0.02), and take gain and bias from the normalisations: the code has none."""
    init_dcgan(network)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d | nn.GroupNorm | nn.LayerNorm):
            module.register_parameter("weight", None)
            module.register_parameter("bias", None)


class Generator(base.Generator):
    """z - FC 1024 - FC 128 maps of 7x7 - 5x5 deconvolution 64 (14) - 5x5 deconvolution to the picture (28).

    The label, one-hot, is joined to the input of each of the four layers. After all but the last: norm, ReLU. Weights
    N(0, 0.02), no bias, no gain. The code ends in a sigmoid, for pictures in 0..1; here they are in -1..1, and 2
    sigmoid(a) - 1 = tanh(a / 2) is the same picture. Widths for any ``width`` w: 16w, 2w, w.
    """

    conditional = True

    def __init__(self, latent_dim: int, shape: Shape, classes: int, width: int = 64, norm: Norm = "batch") -> None:
        super().__init__()
        channels, _ = square_picture("dcgan_mnist", shape, (28,))
        self.classes = require_classes("dcgan_mnist", classes)
        flat = 2 * width * 49
        layers = (
            nn.Linear(latent_dim + classes, 16 * width, bias=False),
            nn.Linear(16 * width + classes, flat, bias=False),
            nn.ConvTranspose2d(2 * width + classes, width, 5, 2, 2, 1, bias=False),
            nn.ConvTranspose2d(width + classes, channels, 5, 2, 2, 1, bias=False),
        )
        afters = (
            nn.Sequential(norm_layer(norm, 16 * width, spatial=False), nn.ReLU()),
            nn.Sequential(norm_layer(norm, flat, spatial=False), nn.ReLU(), nn.Unflatten(1, (2 * width, 7, 7))),
            nn.Sequential(norm_layer(norm, width, spatial=True), nn.ReLU()),
            ScaledSigmoid(),
        )
        self.layers, self.afters = nn.ModuleList(layers), nn.ModuleList(afters)
        _draw(self)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, C, 28, 28]`` in -1..1 of the classes ``labels`` ``[B]`` from ``latent`` ``[B, Z]``."""
        code = one_hot(labels, self.classes, latent)
        values = latent
        for layer, after in zip(self.layers, self.afters, strict=True):
            values = after(layer(_join(values, code)))
        return values


class Discriminator(base.Discriminator):
    """5x5 conv 64 (14 pixels) - 5x5 conv 128, norm (7) - FC 1024, norm - FC 1, the label joined to each layer's input.

    LeakyReLU 0.2; weights N(0, 0.02), no bias, no gain. Pictures are mapped to 0..1 first, as the code has them. The
    score is raw: the code's sigmoid is in the loss.
    """

    conditional = True

    def __init__(self, shape: Shape, classes: int, width: int = 64, norm: Norm = "batch") -> None:
        super().__init__()
        channels, _ = square_picture("dcgan_mnist", shape, (28,))
        self.classes = require_classes("dcgan_mnist", classes)
        layers = (
            nn.Conv2d(channels + classes, width, 5, 2, 2, bias=False),
            nn.Conv2d(width + classes, 2 * width, 5, 2, 2, bias=False),
            nn.Linear(2 * width * 49 + classes, 16 * width, bias=False),
        )
        afters = (
            nn.LeakyReLU(0.2),
            nn.Sequential(norm_layer(norm, 2 * width, spatial=True), nn.LeakyReLU(0.2), nn.Flatten()),
            nn.Sequential(norm_layer(norm, 16 * width, spatial=False), nn.LeakyReLU(0.2)),
        )
        self.layers, self.afters = nn.ModuleList(layers), nn.ModuleList(afters)
        self.feature_dim = 16 * width
        self.head = nn.Linear(self.feature_dim + classes, 1, bias=False)
        _draw(self)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last hidden layer ``[B, F]`` of pictures ``[B, C, 28, 28]`` with ``labels`` ``[B]``."""
        values = to_unit(samples)
        code = one_hot(labels, self.classes, samples)
        for layer, after in zip(self.layers, self.afters, strict=True):
            values = after(layer(_join(values, code)))
        return values

    def score(self, features: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the raw scores ``[B]`` of ``features`` ``[B, F]`` with ``labels`` ``[B]``."""
        return super().score(_join(features, one_hot(labels, self.classes, features)))
