"""The two fully connected networks of the tutorial "GAN Step by Step", step 6 (LSGAN in PyTorch)."""

import math

from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.types import Shape


def _pixels(shape: Shape) -> int:
    """Return how many numbers a picture holds; UsageError for points, which a tanh output cannot reach."""
    if len(shape) != 3:
        raise UsageError(f"arch=steps_mlp makes pictures, its output is a tanh; got {shape[0]}-D points; use arch=mlp")
    return math.prod(shape)


class Generator(nn.Module):
    """Z-1024-1024-pixels, ReLU, tanh output, PyTorch's own starting weights; the tutorial has Z = 96, U(-1, 1)."""

    def __init__(self, latent_dim: int, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.body = nn.Sequential(
            nn.Linear(latent_dim, 1024),
            nn.ReLU(),
            nn.Linear(1024, 1024),
            nn.ReLU(),
            nn.Linear(1024, _pixels(shape)),
            nn.Tanh(),
        )

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, *shape]`` in -1..1 from ``latent`` ``[B, Z]``; labels play no part."""
        samples: Tensor = self.body(latent)
        return samples.reshape(-1, *self.shape)


class Discriminator(nn.Module):
    """pixels-256-256-1, LeakyReLU 0.2, raw score, PyTorch's own starting weights."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(_pixels(shape), 256), nn.LeakyReLU(0.2), nn.Linear(256, 256), nn.LeakyReLU(0.2)
        )
        self.head = nn.Linear(256, 1)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last hidden layer ``[B, 256]`` of pictures ``[B, *shape]``."""
        features: Tensor = self.body(samples.flatten(1))
        return features

    def forward(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the raw scores ``[B]`` of pictures ``[B, *shape]``; labels play no part."""
        scores: Tensor = self.head(self.features(samples))
        return scores.squeeze(1)
