"""Nonlinearities by name, among them the gated one, which takes two channels for each that it gives."""

from typing import Literal

from torch import Tensor, nn

Activation = Literal["relu", "leaky_relu", "tanh", "elu"]
MapActivation = Literal[Activation, "gated"]
"""Those of convolutions, which can be given twice the channels."""


class Gated(nn.Module):
    """sigmoid(a) tanh(b), a the first half of the channels and b the second: PixelCNN's unit (arXiv 1606.05328, eq. 2).

    The WGAN-GP code takes a and b from alternate channels instead, which only numbers them differently.
    """

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps ``[B, C, H, W]`` in -1..1 from ``maps`` ``[B, 2C, H, W]``."""
        gate, value = maps.chunk(2, dim=1)
        return gate.sigmoid() * value.tanh()


def activation_layer(name: MapActivation) -> nn.Module:
    """Return the nonlinearity of that name; LeakyReLU has slope 0.2."""
    if name == "leaky_relu":
        return nn.LeakyReLU(0.2)
    layers: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh, "elu": nn.ELU, "gated": Gated}
    return layers[name]()


def inputs_per_output(name: MapActivation) -> int:
    """Return how many channels the nonlinearity takes for each that it gives."""
    return 2 if name == "gated" else 1
