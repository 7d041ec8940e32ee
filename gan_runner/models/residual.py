"""Residual blocks of WGAN-GP (arXiv 1704.00028) and SN-GAN (arXiv 1802.05957), and norms with gains for each class."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_runner.models.layers import Norm, norm_layer
from gan_runner.models.upsampled_conv import UpsampledConv2d, doubled


class ClassNorm(nn.Module):
    """Normalises maps, then gives each channel a gain and a bias of the sample's class.

    With batch norm this is the conditional batch norm of the projection discriminator's generator (arXiv 1802.05637).
    Gains start at 1, biases at 0.
    """

    def __init__(self, norm: Norm, channels: int, classes: int) -> None:
        super().__init__()
        groups = {"layer": 1, "instance": channels}
        if norm == "none":
            self.norm: nn.Module = nn.Identity()
        elif norm in groups:
            self.norm = nn.GroupNorm(groups[norm], channels, affine=False)
        else:
            self.norm = nn.BatchNorm2d(channels, affine=False)
        self.gain = nn.Embedding(classes, channels)
        self.bias = nn.Embedding(classes, channels)
        nn.init.ones_(self.gain.weight)
        nn.init.zeros_(self.bias.weight)

    def forward(self, maps: Tensor, labels: Tensor) -> Tensor:
        """Return maps ``[B, C, H, W]`` of the same shape for ``labels`` ``[B]``."""
        gain, bias = (table(labels)[:, :, None, None] for table in (self.gain, self.bias))
        return torch.addcmul(bias, gain, self.norm(maps))


class UpBlock(nn.Module):
    """[norm, ReLU, side x 2, 3x3 conv, norm, ReLU, 3x3 conv] + [side x 2, 1x1 conv]; the doubling repeats pixels.

    With ``classes`` above 0 the norms are `ClassNorm`.
    """

    def __init__(self, inputs: int, outputs: int, norm: Norm, classes: int = 0) -> None:
        super().__init__()
        self.classes = classes
        self.norms = nn.ModuleList(
            ClassNorm(norm, channels, classes) if classes else norm_layer(norm, channels, spatial=True)
            for channels in (inputs, outputs)
        )
        self.first = UpsampledConv2d(inputs, outputs, 3)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1)
        init_residual(self.first, self.second, self.shortcut)

    def forward(self, maps: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return maps ``[B, outputs, 2H, 2W]`` of ``maps`` ``[B, inputs, H, W]``."""
        hidden: Tensor = self.first(self._normed(0, maps, labels))
        hidden = self.second(self._normed(1, hidden, labels))
        # A 1x1 convolution of repeated pixels repeats its results: done before the doubling it costs a quarter.
        return hidden + doubled(self.shortcut(maps))

    def _normed(self, index: int, maps: Tensor, labels: Tensor | None) -> Tensor:
        norm = self.norms[index]
        normed: Tensor = norm(maps, labels) if self.classes else norm(maps)
        return F.relu(normed)


class DownBlock(nn.Module):
    """[norm, ReLU, 3x3 conv, norm, ReLU, 3x3 conv, 2x2 mean] + [1x1 conv, 2x2 mean].

    The first of a network (``first``) reads pixels, so it has no norm and no ReLU before its first convolution. Without
    ``down`` the side stays, and the shortcut is the maps themselves if their number stays too. Between the convolutions
    there are as many maps as come in, in the first block as many as go out.
    """

    def __init__(self, inputs: int, outputs: int, norm: Norm, down: bool = True, first: bool = False) -> None:
        super().__init__()
        between = outputs if first else inputs
        self.first = nn.Conv2d(inputs, between, 3, padding=1)
        self.second = nn.Conv2d(between, outputs, 3, padding=1)
        self.before: nn.Module = nn.Identity()
        if not first:
            self.before = nn.Sequential(norm_layer(norm, inputs, spatial=True), nn.ReLU())
        self.between = nn.Sequential(nn.Identity() if first else norm_layer(norm, between, spatial=True), nn.ReLU())
        self.pool = nn.AvgPool2d(2) if down else nn.Identity()
        learned = down or inputs != outputs
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if learned else nn.Identity()
        init_residual(self.first, self.second, self.shortcut)

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps ``[B, outputs, H/2, W/2]`` (``down``) or ``[B, outputs, H, W]`` of ``[B, inputs, H, W]``."""
        hidden: Tensor = self.pool(self.second(self.between(self.first(self.before(maps)))))
        # The mean and a 1x1 convolution may change places; this way round it costs a quarter.
        shortcut: Tensor = self.shortcut(self.pool(maps))
        return hidden + shortcut


def init_residual(first: nn.Conv2d, second: nn.Conv2d, shortcut: nn.Module) -> None:
    """Draw both papers' starting weights: Glorot uniform, the two 3x3 convolutions with gain sqrt(2); biases 0."""
    nn.init.xavier_uniform_(first.weight, math.sqrt(2))
    nn.init.xavier_uniform_(second.weight, math.sqrt(2))
    for module in (first, second, shortcut):
        if isinstance(module, nn.Conv2d):
            assert module.bias is not None
            nn.init.zeros_(module.bias)
    if isinstance(shortcut, nn.Conv2d):
        nn.init.xavier_uniform_(shortcut.weight)
