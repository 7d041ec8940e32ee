"""Spectral normalisation of the discriminator's weights."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrize import ParametrizationList, register_parametrization

from gan_runner.regularizers.base import Regularizer
from gan_runner.regularizers.weights import as_matrix, weights

FIRST_ITERATIONS = 15
"""Of the power method on the starting weights, from random vectors; from then on one an update is enough to keep up."""


class Spectral(Regularizer):
    r"""Divide each layer's weight in the discriminator by its largest singular value, so that none stretches its input.

        W_SN = W / sigma(W),   sigma(W) = u^T W v,   v <- W^T u / ||W^T u||,   u <- W v / ||W v||

    W is the weight of a linear layer (a projection on the class is one) or convolution, as a matrix [out, in * kernel];
    biases, gains, look-ups of labels and minibatch discrimination stay as they are. The unit vectors u and v follow its
    leading singular vectors by one iteration of the power method after each update of the discriminator. They are saved
    with the network and are constants to the gradient. A normalisation of the maps would cancel the scale of the
    weights, so ``norm: auto`` means none here.

    Reference: Miyato et al. 2018, arXiv 1802.05957, eq. 8 and Algorithm 1, which iterates once an update. Its official
    code and torch's ``spectral_norm`` do so in every forward pass instead; here a pass changes nothing, so that it
    compiles and can be differentiated twice.

    Raises:
        ValueError: by ``prepare``, if all numbers of a weight are zero.
    """

    normalizes_weights = True

    def prepare(self, network: nn.Module) -> None:
        """Have each layer compute with the normalised weight; the parameter that is trained remains W."""
        for weight in list(weights(network)):
            if not weight.tensor.any():
                raise ValueError(
                    f"reg=spectral divides by the largest singular value, got a weight of zeros in "
                    f"{type(weight.layer).__name__}.weight; use an arch that starts from other weights"
                )
            register_parametrization(weight.layer, "weight", Normalized(weight.tensor, weight.output_axis))

    def constrain(self, network: nn.Module) -> None:
        """Let u and v follow the weights by one iteration."""
        for module in network.modules():
            if isinstance(module, ParametrizationList):
                for parametrization in module:
                    if isinstance(parametrization, Normalized):
                        parametrization.iterate(module.original)


class Normalized(nn.Module):
    """Maps a weight to itself over its largest singular value, as far as ``iterate`` has found that."""

    u: Tensor
    v: Tensor

    def __init__(self, weight: Tensor, output_axis: int) -> None:
        super().__init__()
        self.output_axis = output_axis
        outputs, inputs = as_matrix(weight, output_axis).shape
        self.register_buffer("u", F.normalize(torch.randn(outputs, device=weight.device), dim=0))
        self.register_buffer("v", torch.zeros(inputs, device=weight.device))
        for _ in range(FIRST_ITERATIONS):
            self.iterate(weight)

    def forward(self, weight: Tensor) -> Tensor:
        """Return ``weight`` / (u^T W v)."""
        with torch.autocast(weight.device.type, enabled=False):  # bfloat16 would be off by half a per cent
            return weight / (self.u @ (as_matrix(weight, self.output_axis) @ self.v))

    @torch.no_grad()
    def iterate(self, weight: Tensor) -> None:
        """Bring u and v nearer to the leading singular vectors of ``weight``."""
        matrix = as_matrix(weight, self.output_axis)
        F.normalize(matrix.T @ self.u, dim=0, out=self.v)
        F.normalize(matrix @ self.v, dim=0, out=self.u)
