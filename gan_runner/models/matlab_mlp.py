"""The networks of a post's GAN in MATLAB, as its neural network toolbox (DeepLearnToolbox) runs them.

Pictures lie in 0..1 there, and so they do inside both networks here; outside they are in -1..1. The score is a sigmoid,
with which loss=lsgan is the toolbox's half squared error. Of the program's side effects, left out: its fixed pool of
60,000 latents; updates of the discriminator's copy while the generator learns, and the momentum the two then share.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from gan_runner import ranks
from gan_runner.models import base
from gan_runner.models.unit_range import ScaledSigmoid, pictures_only, to_unit
from gan_runner.types import Shape


class UnscaledDropout(nn.Module):
    """Sets each number to 0 with probability ``rate`` in training and multiplies it by 1 - rate otherwise."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"dropout, got {rate}; allowed: 0 (none) up to, not including, 1; the post has 0.5")
        self.rate = rate

    def forward(self, inputs: Tensor) -> Tensor:
        """Return ``inputs``, any shape, some set to 0."""
        return (
            inputs * (ranks.whole(torch.rand_like, inputs) >= self.rate) if self.training else inputs * (1 - self.rate)
        )


def _linear(inputs: int, outputs: int) -> nn.Linear:
    """Return a layer with the toolbox's starting weights and biases: uniform within 4 sqrt(6 / (inputs + outputs))."""
    if outputs < 1:
        raise ValueError(f"widths of the hidden layers, got {outputs}; allowed 1 or more each, e.g. [128]")
    layer = nn.Linear(inputs, outputs)
    bound = 4 * math.sqrt(6 / (inputs + outputs))
    for numbers in (layer.weight, layer.bias):
        nn.init.uniform_(numbers, -bound, bound)
    return layer


def _hidden_layers(inputs: int, hidden: Sequence[int], dropout: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    for outputs in hidden:
        layers += [_linear(inputs, outputs), nn.Sigmoid(), UnscaledDropout(dropout)]
        inputs = outputs
    return nn.Sequential(*layers)


class Generator(base.Generator):
    """z - 784, one layer with a sigmoid; ``hidden`` puts sigmoid layers before it.

    To the toolbox the picture is a hidden layer of the joint network 100-784-100-1, so ``dropout`` falls on it while
    the generator learns: pixels turn black, and nothing makes up for it. It does not while the discriminator learns,
    nor in sampling; the sign of the generator's learning is that gradients flow.
    """

    def __init__(self, latent_dim: int, shape: Shape, hidden: Sequence[int] = (), dropout: float = 0.5) -> None:
        super().__init__()
        self.shape = pictures_only("matlab_mlp", shape)
        self.body = _hidden_layers(latent_dim, hidden, dropout)
        self.head = _linear([latent_dim, *hidden][-1], math.prod(shape))
        self.output = ScaledSigmoid()
        self.dropout = UnscaledDropout(dropout)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, *shape]`` in -1..1 from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = self.output(self.head(self.body(latent)))
        if self.training and torch.is_grad_enabled():
            pictures = 2 * self.dropout(to_unit(pictures)) - 1
        return pictures.reshape(-1, *self.shape)


class Discriminator(base.Discriminator):
    """784 - 100 - 1, sigmoid after both, dropout on the hidden layer: the score is in 0..1."""

    def __init__(self, shape: Shape, hidden: Sequence[int] = (100,), dropout: float = 0.5) -> None:
        super().__init__()
        inputs = math.prod(pictures_only("matlab_mlp", shape))
        self.body = _hidden_layers(inputs, hidden, dropout)
        self.feature_dim = [inputs, *hidden][-1]
        self.head = nn.Sequential(_linear(self.feature_dim, 1), nn.Sigmoid())

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last hidden layer ``[B, F]`` of pictures ``[B, *shape]``."""
        features: Tensor = self.body(to_unit(samples).flatten(1))
        return features
