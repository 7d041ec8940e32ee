"""Fully connected networks for points and for small pictures."""

import math
from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.activations import Activation, activation_layer
from gan_runner.models.layers import Norm, norm_layer, one_hot, require_classes, wants_bias
from gan_runner.models.minibatch_discrimination import MinibatchDiscrimination
from gan_runner.models.unit_range import ScaledSigmoid
from gan_runner.types import Shape

Init = Literal["default", "orthogonal", "he", "glorot", "normal"]


def _hidden_layers(inputs: int, hidden: Sequence[int], activation: Activation, norm: Norm) -> nn.Sequential:
    """Return linear, normalisation and activation for each width in ``hidden``."""
    layers: list[nn.Module] = []
    for outputs in hidden:
        if outputs < 1:
            raise ValueError(f"widths of the hidden layers, got {list(hidden)}; allowed 1 or more each, e.g. [256,256]")
        linear = nn.Linear(inputs, outputs, bias=wants_bias(norm))
        layers += [linear, norm_layer(norm, outputs, spatial=False), activation_layer(activation)]
        inputs = outputs
    return nn.Sequential(*layers)


def _init(body: nn.Sequential, head: nn.Linear, init: Init, gain: float) -> None:
    """Draw the starting weights that `Generator` describes."""
    if gain <= 0 or (gain != 1 and init != "orthogonal"):
        raise ValueError(
            f"gain with init={init}, got {gain}; allowed above 0 with init=orthogonal, else 1.0; "
            "set init=orthogonal or leave gain out"
        )
    if init == "default":
        return
    for layer in [*(module for module in body if isinstance(module, nn.Linear)), head]:
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
        if init == "orthogonal":
            nn.init.orthogonal_(layer.weight, gain)
        elif init == "normal":
            nn.init.normal_(layer.weight, 0.0, 0.02)
        elif layer is head or init == "glorot":
            nn.init.xavier_uniform_(layer.weight)
        else:
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")


def _told(inputs: Tensor, labels: Tensor | None, classes: int) -> Tensor:
    """Return ``inputs`` ``[B, D]`` with the one-hot labels beside them, where there are ``classes``."""
    if not classes:
        return inputs
    return torch.cat([inputs, one_hot(labels, classes, inputs)], 1)


class Generator(base.Generator):
    """Maps latents through ``hidden`` layers to points (linear output) or to pictures in -1..1.

    ``norm`` follows every hidden layer, which has no bias where batch norm would cancel it. ``init``: ``default`` is
    PyTorch's; ``orthogonal`` has gain ``gain`` in every layer (1.4, with two tanh layers of 128, in LSGAN's mixture
    experiment, arXiv 1611.04076); ``he`` is He uniform with a Glorot uniform output layer (WGAN-GP's toy nets, three
    ReLU layers of 512, arXiv 1704.00028); ``glorot`` is Glorot uniform everywhere (Keras's default); ``normal`` is
    N(0, 0.02). All but ``default`` start with zero biases. LeakyReLU has slope 0.2. Pictures end in tanh, or with
    ``output="sigmoid"`` in that of a paper whose pictures lie in 0..1, taken to -1..1.
    """

    def __init__(
        self,
        latent_dim: int,
        shape: Shape,
        hidden: Sequence[int] = (256, 256),
        activation: Activation = "relu",
        norm: Norm = "none",
        init: Init = "default",
        gain: float = 1.0,
        output: Literal["tanh", "sigmoid"] = "tanh",
        conditional: bool = False,
        classes: int = 0,
    ) -> None:
        super().__init__()
        self.shape = shape
        self.conditional = conditional
        self.classes = require_classes("mlp", classes) if conditional else 0
        inputs = latent_dim + self.classes
        self.body = _hidden_layers(inputs, hidden, activation, norm)
        self.head = nn.Linear([inputs, *hidden][-1], math.prod(shape))
        bounded = nn.Tanh() if output == "tanh" else ScaledSigmoid()
        self.output: nn.Module = nn.Identity() if len(shape) == 1 else bounded
        _init(self.body, self.head, init, gain)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return samples ``[B, *shape]`` from ``latent`` ``[B, Z]``, of ``labels`` ``[B]`` if it is conditional."""
        samples: Tensor = self.output(self.head(self.body(_told(latent, labels, self.classes))))
        return samples.reshape(-1, *self.shape)


class Discriminator(base.Discriminator):
    """Scores flattened samples through ``hidden`` layers; the settings are those of `Generator`.

    With ``minibatch_discrimination`` above 0, so many kernels (arXiv 1606.03498) before the last layer.
    """

    def __init__(
        self,
        shape: Shape,
        hidden: Sequence[int] = (256, 256),
        activation: Activation = "leaky_relu",
        norm: Norm = "none",
        init: Init = "default",
        gain: float = 1.0,
        minibatch_discrimination: int = 0,
        conditional: bool = False,
        classes: int = 0,
    ) -> None:
        super().__init__()
        self.conditional = conditional
        self.classes = require_classes("mlp", classes) if conditional else 0
        inputs = math.prod(shape) + self.classes
        self.body = _hidden_layers(inputs, hidden, activation, norm)
        features = [inputs, *hidden][-1]
        if minibatch_discrimination:
            self.body.append(MinibatchDiscrimination(features, minibatch_discrimination))
        self.feature_dim = features + minibatch_discrimination
        self.head = nn.Linear(self.feature_dim, 1)
        _init(self.body, self.head, init, gain)

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the last hidden layer ``[B, F]`` of ``samples`` ``[B, *shape]``."""
        features: Tensor = self.body(_told(samples.flatten(1), labels, self.classes))
        return features
