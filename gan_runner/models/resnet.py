"""Residual networks as in WGAN-GP (arXiv 1704.00028) and SN-GAN (arXiv 1802.05957), at 28 to 128 pixels."""

from itertools import pairwise
from typing import Literal, NamedTuple

from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.attention import SelfAttention
from gan_runner.models.layers import Norm, norm_layer, require_classes, square_picture
from gan_runner.models.projection import Projection
from gan_runner.models.residual import DownBlock, UpBlock
from gan_runner.types import Shape


class _Plan(NamedTuple):
    """Side of the generator's smallest maps, and the multiples of the width that maps have, from first to last.

    The discriminator halves the side in its first ``downs`` blocks.
    """

    side: int
    generator: tuple[int, ...]
    discriminator: tuple[int, ...]
    downs: int


_PLANS = {
    28: _Plan(7, (1, 1, 1), (1, 1, 1, 1), 2),
    32: _Plan(4, (1, 1, 1, 1), (1, 1, 1, 1), 2),
    48: _Plan(6, (8, 4, 2, 1), (1, 2, 4, 8, 16), 4),
    64: _Plan(4, (16, 8, 4, 2, 1), (1, 2, 4, 8, 16), 5),
    128: _Plan(4, (16, 16, 8, 4, 2, 1), (1, 2, 4, 8, 16, 16), 5),
}


def _plan(shape: Shape, width: int) -> tuple[int, int, _Plan]:
    """Return (channels of the picture, its side, plan)."""
    if width < 1:
        raise ValueError(f"width of the largest maps, got {width}; allowed 1 or more; the usual ones are 64 and 128")
    channels, size = square_picture("resnet", shape, tuple(_PLANS))
    return channels, size, _PLANS[size]


def _require_side(attention: int | None, sides: set[int]) -> None:
    if attention is not None and attention not in sides:
        listed = ", ".join(str(side) for side in sorted(sides))
        raise ValueError(
            f"attention (side of the maps it works on), got {attention}; allowed here: {listed}; null for none"
        )


class Generator(base.Generator):
    """FC to the smallest maps - residual blocks that double the side - norm, ReLU, 3x3 conv, tanh.

    Maps, as multiples of ``width`` w: 32 pixels: w at 4, 8, 16, 32 (WGAN-GP: w = 128, SN-GAN: 256); 48: 8w, 4w, 2w, w
    from 6 on (SN-GAN for STL-10: 64); 64: 16w, 8w, 4w, 2w, w from 4 on and 128: 16w, 16w, 8w, 4w, 2w, w from 4 on
    (the code of arXiv 1802.05637: 64); 28, which is ours: w at 7, 14, 28. ``conditional`` gives the norms in the
    blocks a gain and a bias for each class. ``attention`` puts self-attention (arXiv 1805.08318) after the block whose
    maps have that side. Glorot uniform starting weights, with gain sqrt(2) for the 3x3 convolutions of the blocks.
    """

    def __init__(
        self,
        latent_dim: int,
        shape: Shape,
        classes: int = 0,
        width: int = 128,
        norm: Norm = "batch",
        conditional: bool = False,
        attention: int | None = None,
    ) -> None:
        super().__init__()
        self.conditional = conditional
        known = require_classes("resnet", classes) if conditional else 0
        channels, _, plan = _plan(shape, width)
        widths = [multiple * width for multiple in plan.generator]
        sides = [plan.side << step for step in range(1, len(widths))]
        _require_side(attention, set(sides))
        self.first = nn.Linear(latent_dim, widths[0] * plan.side**2)
        self.unflatten = nn.Unflatten(1, (widths[0], plan.side, plan.side))
        self.blocks = nn.ModuleList(UpBlock(*pair, norm, known) for pair in pairwise(widths))
        self.attended = sides.index(attention) if attention else -1
        self.attention = SelfAttention(widths[self.attended + 1]) if attention else nn.Identity()
        last = nn.Conv2d(width, channels, 3, padding=1)
        self.last = nn.Sequential(norm_layer(norm, width, spatial=True), nn.ReLU(), last, nn.Tanh())
        for layer in (self.first, last):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, *shape]`` in -1..1 from ``latent`` ``[B, Z]``, of the classes ``labels`` ``[B]``."""
        maps = self.unflatten(self.first(latent))
        for index, block in enumerate(self.blocks):
            maps = block(maps, labels)
            if index == self.attended:
                maps = self.attention(maps)
        pictures: Tensor = self.last(maps)
        return pictures


class Discriminator(base.Discriminator):
    r"""Residual blocks that halve the side, then ReLU, the sum or mean over the pixels phi, and the score on it.

        f(x, c) = psi(phi(x)),   conditional:   f(x, c) = v_c . phi(x) + psi(phi(x))

    psi is affine and v_c a vector for each class: the projection discriminator (arXiv 1802.05637). Maps, as multiples
    of ``width`` w: 28 and 32 pixels: w in four blocks, the first two halving (w = 128 in both papers); 48: w, 2w, 4w,
    8w, 16w, all but the last halving; 64: the same, all halving; 128: another of 16w that does not (w = 64). WGAN-GP
    takes the mean over the pixels, SN-GAN the sum. WGAN-GP's code has no norm here at 32 pixels. Attention and starting
    weights are as in `Generator`; SN-GAN's spectral normalisation is ``reg=spectral``.
    """

    def __init__(
        self,
        shape: Shape,
        classes: int = 0,
        width: int = 128,
        norm: Norm = "batch",
        conditional: bool = False,
        attention: int | None = None,
        pool: Literal["mean", "sum"] = "mean",
    ) -> None:
        super().__init__()
        self.conditional = conditional
        channels, size, plan = _plan(shape, width)
        widths = [channels, *(multiple * width for multiple in plan.discriminator)]
        sides = [size >> min(block + 1, plan.downs) for block in range(len(plan.discriminator))]
        _require_side(attention, set(sides))
        blocks: list[nn.Module] = []
        for index, (inputs, outputs) in enumerate(pairwise(widths)):
            blocks.append(DownBlock(inputs, outputs, norm, down=index < plan.downs, first=index == 0))
            if sides[index] == attention and attention not in sides[:index]:
                blocks.append(SelfAttention(outputs))
        self.blocks = nn.Sequential(*blocks, nn.ReLU())
        self.pool = pool
        self.feature_dim = widths[-1]
        self.head = nn.Linear(self.feature_dim, 1)
        nn.init.xavier_uniform_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        if conditional:
            self.projection = Projection(self.feature_dim, require_classes("resnet", classes))
            nn.init.xavier_uniform_(self.projection.weight)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return phi ``[B, F]`` of pictures ``[B, *shape]``; labels play no part in it."""
        maps: Tensor = self.blocks(samples)
        return maps.sum((2, 3)) if self.pool == "sum" else maps.mean((2, 3))

    def score(self, features: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the raw scores ``[B]`` of pictures with these ``features`` ``[B, F]`` and ``labels`` ``[B]``."""
        scores = super().score(features)
        return scores + self.projection(features, labels) if self.conditional else scores
