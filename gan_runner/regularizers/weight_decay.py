"""Weight decay as a penalty."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from gan_runner.regularizers.base import Regularizer, require_from_zero, require_sides
from gan_runner.regularizers.weights import weights
from gan_runner.types import Side


class WeightDecay(Regularizer):
    r"""Charge the players in ``sides`` for the squared norm of their weights.

        weight / 2 * sum_W ||W||_F^2

    over the weights of linear layers and convolutions: not over biases, the gains of a normalisation or look-ups of
    labels. Its gradient is weight * W, which an adaptive optimizer rescales with the rest; torch's
    ``optim.weight_decay`` reaches all parameters.

    Raises:
        ValueError: if ``weight`` is negative or not finite, or ``sides`` is empty.
    """

    def __init__(self, weight: float = 1e-4, sides: Sequence[Side] = ("discriminator", "generator")) -> None:
        super().__init__()
        require_from_zero("weight", weight, "1e-4 is usual")
        self.weight = weight
        self.sides = require_sides(sides)

    def weight_term(self, network: nn.Module) -> Tensor:
        """Return the weighted penalty of the network's weights, a scalar."""
        return 0.5 * self.weight * torch.stack([weight.tensor.square().sum() for weight in weights(network)]).sum()
