"""Discriminators that are autoencoders: a sample's score is minus the error of its reconstruction."""

import math
from collections.abc import Sequence
from typing import Literal

from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.layers import Norm, norm_layer
from gan_runner.types import Shape

Error = Literal["squared", "absolute"]


class Autoencoder(base.Discriminator):
    """Scores samples by f(x) = -mean |Dec(Enc(x)) - x|^p over their numbers: minus an energy, so high for real.

    ``error``: p = 2 is ``squared`` (EBGAN, arXiv 1609.03126), p = 1 ``absolute`` (BEGAN, arXiv 1703.10717). The
    features are the code Enc(x) ``[B, F]``, laid flat.
    """

    energy = True

    def __init__(self, encoder: nn.Module, decoder: nn.Module, feature_dim: int, error: Error) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.feature_dim = feature_dim
        self.error = error

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the codes ``[B, F]`` of ``samples`` ``[B, *shape]``."""
        code: Tensor = self.encoder(samples)
        return code.flatten(1)

    def scores_and_features(self, samples: Tensor, labels: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return minus the errors ``[B]`` and the codes ``[B, F]`` of ``samples`` ``[B, *shape]``."""
        code: Tensor = self.encoder(samples)
        difference = (self.decoder(code) - samples).flatten(1).float()
        energy = difference.square() if self.error == "squared" else difference.abs()
        return -energy.mean(1), code.flatten(1)


class FullyConnected(Autoencoder):
    """[FC, norm, ReLU] for each width in ``hidden`` - FC back to the sample: for small pictures and for points.

    EBGAN's experiments on MNIST search over such networks, their decoder always a single layer; which widths won is
    not known here.
    """

    def __init__(
        self, shape: Shape, hidden: Sequence[int] = (256,), norm: Norm = "batch", error: Error = "squared"
    ) -> None:
        size = math.prod(shape)
        layers: list[nn.Module] = [nn.Flatten()]
        inputs = size
        for outputs in hidden:
            if outputs < 1:
                raise ValueError(f"widths of the hidden layers, got {list(hidden)}; allowed 1 or more each, e.g. [256]")
            layers += [nn.Linear(inputs, outputs), norm_layer(norm, outputs, spatial=False), nn.ReLU()]
            inputs = outputs
        decoder = nn.Sequential(nn.Linear(inputs, size), nn.Unflatten(1, shape))
        super().__init__(nn.Sequential(*layers), decoder, inputs, error)
