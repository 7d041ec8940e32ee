"""The conditional GAN's networks for MNIST (Mirza and Osindero 2014, arXiv 1411.1784).

Its pictures lie in 0..1, and so they do inside both networks here; outside they are in -1..1. The paper names no
starting weights: these are PyTorch's own.
"""

import math

import torch
from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.dropout import Dropout
from gan_runner.models.label_map import LabelMap
from gan_runner.models.layers import require_classes
from gan_runner.models.maxout import Maxout
from gan_runner.models.unit_range import ScaledSigmoid, pictures_only, to_unit
from gan_runner.types import Shape


class Generator(base.Generator):
    """z - 200 ReLU, label - 1000 ReLU, both - 1200 ReLU - sigmoid picture; dropout on all three hidden layers.

    The layer on labels is linear in the one-hot label.
    """

    conditional = True

    def __init__(self, latent_dim: int, shape: Shape, classes: int, dropout: float = 0.5) -> None:
        super().__init__()
        self.shape = pictures_only("cgan", shape)
        self.latent_layer = nn.Linear(latent_dim, 200)
        self.label_layer = LabelMap(require_classes("cgan", classes), 1000)
        self.body = nn.Sequential(
            nn.ReLU(),
            Dropout(dropout),
            nn.Linear(1200, 1200),
            nn.ReLU(),
            Dropout(dropout),
            nn.Linear(1200, math.prod(shape)),
            ScaledSigmoid(),
        )

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, *shape]`` in -1..1 of ``labels`` ``[B]`` from ``latent`` ``[B, Z]``."""
        assert labels is not None
        pictures: Tensor = self.body(torch.cat([self.latent_layer(latent), self.label_layer(labels)], 1))
        return pictures.reshape(-1, *self.shape)


class Discriminator(base.Discriminator):
    """Maxout: picture - 240 units of 5 pieces, label - 50 of 5, both - 240 of 4 - 1; dropout on hidden layers.

    The layer on labels is linear in the one-hot label, the largest of 5 such maps for each unit.
    """

    conditional = True
    feature_dim = 240

    def __init__(self, shape: Shape, classes: int, dropout: float = 0.5) -> None:
        super().__init__()
        self.picture_layer = Maxout(math.prod(pictures_only("cgan", shape)), 240, 5)
        self.label_layer = nn.Sequential(
            LabelMap(require_classes("cgan", classes), 50 * 5), nn.Unflatten(1, (50, 5)), nn.MaxPool1d(5), nn.Flatten()
        )
        self.body = nn.Sequential(Dropout(dropout), Maxout(290, 240, 4), Dropout(dropout))
        self.head = nn.Linear(240, 1)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the joint hidden layer ``[B, 240]`` of pictures ``[B, *shape]`` with ``labels`` ``[B]``."""
        assert labels is not None
        picture = self.picture_layer(to_unit(samples).flatten(1))
        features: Tensor = self.body(torch.cat([picture, self.label_layer(labels)], 1))
        return features
