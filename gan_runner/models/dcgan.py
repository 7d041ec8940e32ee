"""DCGAN (Radford et al. 2016, arXiv 1511.06434), the paper's 5x5 kernels or its widespread port's 4x4, and variants."""

from itertools import pairwise
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.activations import MapActivation, activation_layer, inputs_per_output
from gan_runner.models.fans import init_by_fans
from gan_runner.models.layers import Norm, init_dcgan, norm_layer, require_classes, square_picture, wants_bias
from gan_runner.models.projection import Projection
from gan_runner.types import Shape

Kernel = Literal[4, 5]
Growth = Literal["halve", "constant"]
Init = Literal["dcgan", "fans"]

# side of the picture -> sides of the maps below it
_SIDES = {28: (4, 7, 14), 32: (4, 8, 16), 64: (4, 8, 16, 32), 112: (7, 14, 28, 56), 128: (4, 8, 16, 32, 64)}


class _Stage(NamedTuple):
    """Two neighbouring maps, ``inner`` channels at the smaller side and ``outer`` at the larger, and what is between.

    A transposed convolution at stride 2 doubles a side exactly with kernel 4, or with kernel 5 and an ``extra`` row and
    column; from 4 to 7 it takes kernel 3, or 5 without them.
    """

    inner: int
    outer: int
    kernel: int
    extra: int

    @property
    def padding(self) -> int:
        return (self.kernel - 1) // 2


def _plan(shape: Shape, width: int, kernel: Kernel, deeper: bool, growth: Growth = "halve") -> tuple[int, list[_Stage]]:
    """Return the side of the smallest maps, and the stages from there to the picture."""
    if width < 1:
        raise ValueError(f"width of the largest maps, got {width}; allowed 1 or more; the usual ones are 32 and 64")
    channels, size = square_picture("dcgan", shape, tuple(_SIDES))
    sides = (*_SIDES[size], size)
    if deeper:
        sides = ((sides[0] + 1) // 2, *sides)
    widths = [width << (power if growth == "halve" else 0) for power in reversed(range(len(sides) - 1))]
    stages = []
    for (inner, outer), (small, large) in zip(pairwise([*widths, channels]), pairwise(sides), strict=True):
        doubles = large == 2 * small
        stages.append(_Stage(inner, outer, kernel if doubles or kernel == 5 else 3, int(doubles and kernel == 5)))
    return sides[0], stages


def _draw(network: nn.Module, init: Init) -> None:
    if init == "dcgan":
        init_dcgan(network)
    else:
        init_by_fans(network)


class Generator(base.Generator):
    """Maps latents to pictures by transposed convolutions at stride 2, each of which doubles the side.

    From the paper: no pooling, no hidden fully connected layer, batch norm after every layer but the last, ReLU, tanh
    at the end, weights N(0, 0.02), channels halved where the side doubles. Maps have 8w, 4w, 2w, w channels at 4, 8,
    16, 32 pixels for a picture of 64 (the paper's net: w = 128, ``kernel`` 5), one stage more for one of 128, 4w, 2w, w
    at 4, 8, 16 for one of 32, the same at 4, 7, 14 for one of 28 (the sides of LSGAN's net for digits, arXiv
    1712.06391), and 8w to w at 7, 14, 28, 56 for one of 112. The linear first layer is the port's 4x4 transposed
    convolution of a 1x1 map. Biases stand where no batch or instance norm would cancel them. Kernels of 5 have padding
    2 on all sides; TensorFlow's nets have 1 before and 2 after, which shifts their pictures by a pixel.

    ``deeper`` starts a stage earlier: 8w channels at 2, then 4, 7, 14 pixels, for a picture of 28 (PacGAN's net for
    stacked MNIST, arXiv 1712.04086: w = 64, ``kernel`` 5). ``growth="constant"`` keeps w channels everywhere (WGAN's
    crippled generator, with ``norm="none"``); ``activation="gated"`` gives every hidden layer two channels for one.
    ``init="fans"`` is `init_by_fans`. ``conditional`` joins to the latent as many numbers again, learned for each class
    from N(0, 1).
    """

    def __init__(
        self,
        latent_dim: int,
        shape: Shape,
        classes: int = 0,
        width: int = 32,
        kernel: Kernel = 4,
        growth: Growth = "halve",
        activation: MapActivation = "relu",
        norm: Norm = "batch",
        init: Init = "dcgan",
        conditional: bool = False,
        deeper: bool = False,
    ) -> None:
        super().__init__()
        side, stages = _plan(shape, width, kernel, deeper, growth)
        self.conditional = conditional
        self.embedding = nn.Embedding(require_classes("dcgan", classes), latent_dim) if conditional else None
        inputs = 2 * latent_dim if conditional else latent_dim
        first, lanes, bias = stages[0].inner, inputs_per_output(activation), wants_bias(norm)
        layers: list[nn.Module] = [
            nn.Linear(inputs, lanes * first * side * side, bias=bias),
            nn.Unflatten(1, (lanes * first, side, side)),
        ]
        for stage in stages:
            last = stage is stages[-1]
            layers += [
                norm_layer(norm, lanes * stage.inner, spatial=True),
                activation_layer(activation),
                nn.ConvTranspose2d(
                    stage.inner,
                    stage.outer if last else lanes * stage.outer,
                    stage.kernel,
                    2,
                    stage.padding,
                    stage.extra,
                    bias=bias or last,
                ),
            ]
        self.body = nn.Sequential(*layers, nn.Tanh())
        _draw(self, init)
        if self.embedding is not None:  # of length 1, as a one-hot; at z's own length the class drowns z for good
            nn.init.normal_(self.embedding.weight, 0.0, latent_dim**-0.5)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, *shape]`` in -1..1 from ``latent`` ``[B, Z]``, of ``labels`` ``[B]`` if conditional."""
        if self.embedding is not None:
            assert labels is not None
            latent = torch.cat([latent, self.embedding(labels)], dim=1)
        pictures: Tensor = self.body(latent)
        return pictures


class Discriminator(base.Discriminator):
    """Scores pictures by convolutions at stride 2: the generator's maps in reverse.

    From the paper: batch norm after every layer but the first and the last, LeakyReLU 0.2, no hidden fully connected
    layer. The linear last layer is the port's 4x4 convolution to one pixel; it gives the raw score, no sigmoid.

    ``conditional`` adds the projection of the last maps, summed over their pixels, on a vector V that is learned for
    each class: f(x, c) = V_c . sum phi(x) + psi(phi(x)) (Miyato & Koyama 2018, arXiv 1802.05637, eq. 3), psi the linear
    layer. V starts from N(0, 0.02).
    """

    def __init__(
        self,
        shape: Shape,
        classes: int = 0,
        width: int = 32,
        kernel: Kernel = 4,
        activation: MapActivation = "leaky_relu",
        norm: Norm = "batch",
        init: Init = "dcgan",
        conditional: bool = False,
        deeper: bool = False,
    ) -> None:
        super().__init__()
        side, (*hidden, picture) = _plan(shape, width, kernel, deeper)
        lanes = inputs_per_output(activation)
        layers: list[nn.Module] = [
            nn.Conv2d(picture.outer, lanes * width, picture.kernel, 2, picture.padding),
            activation_layer(activation),
        ]
        for stage in reversed(hidden):
            layers += [
                nn.Conv2d(stage.outer, lanes * stage.inner, stage.kernel, 2, stage.padding, bias=wants_bias(norm)),
                norm_layer(norm, lanes * stage.inner, spatial=True),
                activation_layer(activation),
            ]
        self.body = nn.Sequential(*layers)
        self.channels = hidden[0].inner
        self.feature_dim = self.channels * side * side
        self.head = nn.Linear(self.feature_dim, 1)
        self.conditional = conditional
        _draw(self, init)
        self.projection: Projection | None = None
        if conditional:
            self.projection = Projection(self.channels, require_classes("dcgan", classes))
            nn.init.normal_(self.projection.weight, 0.0, 0.02)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last maps ``[B, F]`` of pictures ``[B, *shape]``, flattened; labels play no part."""
        maps: Tensor = self.body(samples)
        return maps.flatten(1)

    def score(self, features: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the raw scores ``[B]`` of ``features`` ``[B, F]``, with ``labels`` ``[B]`` if conditional."""
        scores = super().score(features, labels)
        if self.projection is None:
            return scores
        pooled = features.reshape(features.shape[0], self.channels, -1).sum(dim=2)
        projections: Tensor = self.projection(pooled, labels)
        return scores + projections
