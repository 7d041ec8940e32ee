"""Which of a network's parameters are linear maps of features, and how each is read as a matrix."""

from collections.abc import Iterator
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd


class Weight(NamedTuple):
    """A weight and the layer whose ``weight`` it is."""

    layer: nn.Module
    tensor: Tensor

    @property
    def output_axis(self) -> int:
        """Which axis counts the outputs: the first, but the second of a transposed convolution's."""
        return 1 if isinstance(self.layer, _ConvTransposeNd) else 0


def weights(network: nn.Module) -> Iterator[Weight]:
    """Yield the weight of every linear layer and convolution.

    These are the linear maps of features: no bias, no gain of a normalisation, be it one for each class, no look-up of
    labels, and not minibatch discrimination, which sets the length of its directions itself. Of a weight that is
    computed from a parameter (spectral normalisation) it is that parameter.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Linear | _ConvNd):
            computed = getattr(layer, "parametrizations", {})
            yield Weight(layer, computed["weight"].original if "weight" in computed else layer.weight)


def as_matrix(weight: Tensor, output_axis: int) -> Tensor:
    """Return ``weight`` ``[out, in, *kernel]`` as a matrix ``[out, in * kernel]``, whichever axis ``out`` is."""
    return weight.movedim(output_axis, 0).flatten(1)
