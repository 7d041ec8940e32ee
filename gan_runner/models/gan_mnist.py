"""The networks of the first GAN on MNIST (Goodfellow et al. 2014, arXiv 1406.2661), as its code has them.

Its pictures lie in 0..1, and so they do inside both networks here; outside they are in -1..1.
"""

import math

from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.dropout import Dropout
from gan_runner.models.maxout import Maxout
from gan_runner.models.unit_range import ScaledSigmoid, pictures_only, to_unit
from gan_runner.types import Shape


def _init(network: nn.Module, bound: float) -> None:
    for module in network.modules():
        if isinstance(module, nn.Linear):
            nn.init.uniform_(module.weight, -bound, bound)
            nn.init.zeros_(module.bias)


class Generator(base.Generator):
    """z - 1200 ReLU - 1200 ReLU - sigmoid picture; ``width`` is the 1200. Weights U(-0.05, 0.05), biases 0.

    The code starts the output's biases at the data's mean picture instead, in logits; that is left out.
    """

    def __init__(self, latent_dim: int, shape: Shape, width: int = 1200) -> None:
        super().__init__()
        if width < 1:
            raise ValueError(f"width, got {width}; allowed 1 or more; the paper's is 1200")
        self.shape = pictures_only("gan_mnist", shape)
        self.body = nn.Sequential(
            nn.Linear(latent_dim, width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Linear(width, math.prod(shape)),
            ScaledSigmoid(),
        )
        _init(self, 0.05)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, *shape]`` in -1..1 from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = self.body(latent)
        return pictures.reshape(-1, *self.shape)


class Discriminator(base.Discriminator):
    """Two maxout layers of 240 units of 5 pieces - 1; ``width`` is the 240. Weights U(-0.005, 0.005), biases 0.

    Dropout keeps 0.8 of the pixels (``input_dropout`` 0.2) and half of either layer's units (``dropout`` 0.5), scaled
    up to make up for it.
    """

    def __init__(self, shape: Shape, width: int = 240, input_dropout: float = 0.2, dropout: float = 0.5) -> None:
        super().__init__()
        inputs = math.prod(pictures_only("gan_mnist", shape))
        self.body = nn.Sequential(
            nn.Flatten(),
            Dropout(input_dropout),
            Maxout(inputs, width),
            Dropout(dropout),
            Maxout(width, width),
            Dropout(dropout),
        )
        self.feature_dim = width
        self.head = nn.Linear(width, 1)
        _init(self, 0.005)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last hidden layer ``[B, F]`` of pictures ``[B, *shape]``."""
        features: Tensor = self.body(to_unit(samples))
        return features
