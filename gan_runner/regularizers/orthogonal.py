"""BigGAN's orthogonal regularization."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from gan_runner.regularizers.base import Regularizer, require_from_zero, require_sides
from gan_runner.regularizers.weights import as_matrix, weights
from gan_runner.types import Side


class Orthogonal(Regularizer):
    r"""Make each layer's filters perpendicular to one another, whatever their lengths.

        beta * sum_W ||W W^T o (1 - I)||_F^2

    W is the weight of a linear layer or convolution, as a matrix with one row an output (the paper's is the transpose);
    o is the product of entries. Biases, the gains of a normalisation and look-ups of labels have no part in it.

    Reference: Brock et al. 2019, arXiv 1809.11096, eq. 3, with beta 1e-4, on the generator. The PyTorch code of its
    first author adds half of this gradient.

    Raises:
        ValueError: if ``beta`` is negative or not finite, or ``sides`` is empty.
    """

    def __init__(self, beta: float = 1e-4, sides: Sequence[Side] = ("generator",)) -> None:
        super().__init__()
        require_from_zero("beta", beta, "BigGAN uses 1e-4")
        self.beta = beta
        self.sides = require_sides(sides)

    def weight_term(self, network: nn.Module) -> Tensor:
        """Return the weighted penalty of the network's weights, a float32 scalar."""
        found = list(weights(network))
        with torch.autocast(found[0].tensor.device.type, enabled=False):
            return self.beta * torch.stack([overlap(as_matrix(it.tensor, it.output_axis)) for it in found]).sum()


def overlap(matrix: Tensor) -> Tensor:
    """Return the sum of the squared inner products of all ordered pairs of different rows of ``matrix`` ``[N, D]``."""
    if matrix.shape[0] <= matrix.shape[1]:
        products = matrix @ matrix.T
        return (products - torch.diag(products.diagonal())).square().sum()
    # W W^T and W^T W have the same norm; the latter is smaller, e.g. in a generator's first layer by a factor of 10^4.
    # Nothing cancels in the difference: so many rows cannot be perpendicular.
    return (matrix.T @ matrix).square().sum() - matrix.square().sum(1).square().sum()
