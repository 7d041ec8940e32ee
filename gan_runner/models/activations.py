"""Nonlinearities by name, among them the gated one, which takes two channels for each that it gives."""

from typing import Literal

from torch import Tensor, nn

Activation = Literal["relu", "leaky_relu", "tanh", "gated"]


class Gated(nn.Module):
    """sigmoid(a) tanh(b), a the first half of the channels and b the second: PixelCNN's unit (arXiv 1606.05328, eq. 2).

    The WGAN-GP code takes a and b from alternate channels instead, which only numbers them differently.
    """

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps ``[B, C, H, W]`` in -1..1 from ``maps`` ``[B, 2C, H, W]``."""
        gate, value = maps.chunk(2, dim=1)
        return gate.sigmoid() * value.tanh()


class ScaledSigmoid(nn.Module):
    """2 sigmoid(a) - 1 = tanh(a / 2): the output of a net made for pictures in 0..1, on pictures in -1..1."""

    def forward(self, values: Tensor) -> Tensor:
        """Return numbers in -1..1, of the shape of ``values``."""
        return (values / 2).tanh()


def activation_layer(name: Activation) -> nn.Module:
    """Return the nonlinearity of that name; LeakyReLU has slope 0.2."""
    if name == "gated":
        return Gated()
    if name == "tanh":
        return nn.Tanh()
    return nn.LeakyReLU(0.2) if name == "leaky_relu" else nn.ReLU()


def inputs_per_output(name: Activation) -> int:
    """Return how many channels the nonlinearity takes for each that it gives."""
    return 2 if name == "gated" else 1
