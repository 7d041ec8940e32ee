"""The 101-layer residual networks on which WGAN-GP was tried (Gulrajani et al. 2017, arXiv 1704.00028)."""

from itertools import pairwise
from typing import Literal

from torch import Tensor, nn
from torch.nn import functional as F

from gan_runner.models import base
from gan_runner.models.fans import init_by_fans
from gan_runner.models.layers import Norm, norm_layer, square_picture
from gan_runner.types import Shape

Resample = Literal["up", "down", "none"]


class Thinned(nn.Conv2d):
    """A 1x1 convolution at stride 2, on the pixels that it looks at.

    Torch 2.15's own (oneDNN's) writes past its memory in the backward pass on a CPU: fewer than 16 channels last in
    memory, 64 pixels or more.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 1, 2)

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps ``[B, outputs, H / 2, W / 2]`` from ``maps`` ``[B, inputs, H, W]``."""
        return F.conv2d(maps[:, :, ::2, ::2], self.weight, self.bias)


class Bottleneck(nn.Module):
    """shortcut(x) + 0.3 norm(conv(ReLU(conv(ReLU(conv(ReLU(x))))))): kernels 1, 3, 1, half the channels between.

    Where the side changes, the 3x3 layer does it at stride 2, and the shortcut, elsewhere the identity, is a 1x1
    convolution: at stride 2 down; up to four times the channels, of which pixel shuffle makes twice the side.
    """

    def __init__(self, inputs: int, outputs: int, resample: Resample, norm: Norm) -> None:
        super().__init__()
        inner: nn.Module
        if resample == "up":
            inner = nn.ConvTranspose2d(inputs // 2, outputs // 2, 3, 2, 1, 1)
            self.shortcut: nn.Module = nn.Sequential(nn.Conv2d(inputs, 4 * outputs, 1), nn.PixelShuffle(2))
        elif resample == "down":
            inner = nn.Conv2d(inputs // 2, outputs // 2, 3, 2, 1)
            self.shortcut = Thinned(inputs, outputs)
        else:
            inner = nn.Conv2d(inputs // 2, outputs // 2, 3, 1, 1)
            self.shortcut = nn.Identity()
        self.branch = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(inputs, inputs // 2, 1),
            nn.ReLU(),
            inner,
            nn.ReLU(),
            nn.Conv2d(outputs // 2, outputs, 1, bias=False),
            norm_layer(norm, outputs, spatial=True),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps ``[B, outputs, H', W']`` from ``maps`` ``[B, inputs, H, W]``."""
        result: Tensor = self.shortcut(maps) + 0.3 * self.branch(maps)
        return result


def _channels(shape: Shape, width: int) -> tuple[int, tuple[int, ...]]:
    """Return (channels of the picture, those of the maps at 4, 8, 16, 32 and 64 pixels)."""
    if width < 4 or width % 4:
        raise ValueError(
            f"width of the maps at 32 pixels, got {width}; allowed multiples of 4; the paper's code has 64"
        )
    return square_picture("resnet101", shape, (64,))[0], (8 * width, 4 * width, 2 * width, width, width // 2)


def _draw(network: nn.Module) -> None:
    """Draw `init_by_fans`, Glorot's variance in the shortcuts and in the first or last layer, as the code does."""
    blocks = [module for module in network.modules() if isinstance(module, Bottleneck)]
    inside = {layer for block in blocks for layer in block.branch.modules()}
    init_by_fans(network, {module for module in network.modules() if module not in inside})


class Generator(base.Generator):
    """z - FC 8w maps of 4x4 - 6 blocks, then 4 times [a block up, 6 blocks (the last time 5)] - 1x1 conv; w = 64.

    Maps of 8w, 4w, 2w, w, w/2 channels at 4, 8, 16, 32, 64 pixels: 33 `Bottleneck` blocks of three layers, and two more
    layers. Output tanh(a / 5). From the authors' code (github.com/igul222/improved_wgan_training, gan_64x64.py).
    """

    def __init__(self, latent_dim: int, shape: Shape, width: int = 64, norm: Norm = "batch") -> None:
        super().__init__()
        channels, widths = _channels(shape, width)
        blocks = [Bottleneck(widths[0], widths[0], "none", norm) for _ in range(6)]
        for inputs, outputs in pairwise(widths):
            blocks.append(Bottleneck(inputs, outputs, "up", norm))
            blocks += [Bottleneck(outputs, outputs, "none", norm) for _ in range(5 if outputs == widths[-1] else 6)]
        self.body = nn.Sequential(
            nn.Linear(latent_dim, widths[0] * 16),
            nn.Unflatten(1, (widths[0], 4, 4)),
            *blocks,
            nn.Conv2d(widths[-1], channels, 1),
        )
        _draw(self)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, C, 64, 64]`` in -1..1 from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = (self.body(latent) / 5).tanh()
        return pictures


class Discriminator(base.Discriminator):
    """The generator's blocks in reverse, down in place of up: 1x1 conv - 33 blocks - linear score.

    The code divides the score by 5; here that is done to its inputs, which only its bias can tell.
    """

    def __init__(self, shape: Shape, width: int = 64, norm: Norm = "batch") -> None:
        super().__init__()
        channels, widths = _channels(shape, width)
        widths = widths[::-1]
        blocks = [Bottleneck(widths[0], widths[0], "none", norm) for _ in range(5)]
        for inputs, outputs in pairwise(widths):
            blocks.append(Bottleneck(inputs, outputs, "down", norm))
            blocks += [Bottleneck(outputs, outputs, "none", norm) for _ in range(6)]
        self.body = nn.Sequential(nn.Conv2d(channels, widths[0], 1), *blocks, nn.Flatten())
        self.feature_dim = widths[-1] * 16
        self.head = nn.Linear(self.feature_dim, 1)
        _draw(self)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return a fifth of the last maps ``[B, F]`` of pictures ``[B, C, 64, 64]``, flattened; labels play no part."""
        maps: Tensor = self.body(samples)
        return maps / 5
