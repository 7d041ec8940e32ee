"""Which of a network's parameters are weights, and how each is read as a matrix."""

from collections.abc import Iterator
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn.modules.conv import _ConvTransposeNd
from torch.nn.utils.parametrize import ParametrizationList


class Weight(NamedTuple):
    """A weight, the layer it belongs to and its name there."""

    layer: nn.Module
    name: str
    tensor: Tensor

    @property
    def output_axis(self) -> int:
        """Which axis counts the outputs: the first, but the second of a transposed convolution's."""
        return 1 if isinstance(self.layer, _ConvTransposeNd) else 0


def weights(network: nn.Module) -> Iterator[Weight]:
    """Yield every parameter with two dimensions or more: no bias, no gain of a normalisation.

    Of a weight that is itself computed from a parameter (spectral normalisation) it is that parameter.
    """
    for layer in network.modules():
        if isinstance(layer, ParametrizationList):
            continue  # what it holds is met as the weight of its layer
        own = dict(layer.named_parameters(recurse=False))
        computed = getattr(layer, "parametrizations", {})
        own |= {name: parametrization.original for name, parametrization in computed.items()}
        yield from (Weight(layer, name, tensor) for name, tensor in own.items() if tensor.dim() > 1)


def as_matrix(weight: Tensor, output_axis: int) -> Tensor:
    """Return ``weight`` ``[out, in, *kernel]`` as a matrix ``[out, in * kernel]``, whichever axis ``out`` is."""
    return weight.movedim(output_axis, 0).flatten(1)
