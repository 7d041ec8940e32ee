"""PacGAN's discriminator of points (Lin et al. 2018, arXiv 1712.04086), as its code has it."""

import math

from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.maxout import Maxout
from gan_runner.types import Shape


class Discriminator(base.Discriminator):
    """Three maxout layers of 200 units of 5 pieces - 1; ``width`` is the 200. Weights N(0, 0.02), biases 0.

    Packed samples are one longer point to it.
    """

    def __init__(self, shape: Shape, width: int = 200) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Flatten(), Maxout(math.prod(shape), width), Maxout(width, width), Maxout(width, width)
        )
        self.feature_dim = width
        self.head = nn.Linear(width, 1)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, 0.0, 0.02)
                nn.init.zeros_(module.bias)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last hidden layer ``[B, F]`` of ``samples`` ``[B, *shape]``."""
        features: Tensor = self.body(samples)
        return features
