"""Starting weights from the numbers of inputs and outputs of a layer, as WGAN-GP's code counts them."""

import math
from collections.abc import Collection

from torch import nn


def init_by_fans(network: nn.Module, glorot: Collection[nn.Module] = ()) -> None:
    """Draw the default weights of WGAN-GP's code (github.com/igul222/improved_wgan_training): uniform, biases 0.

    Variance 4 / (fan_in + fan_out) in convolutions, half of that (Glorot) in linear layers and in those of ``glorot``.
    The fans are those of one pixel at stride s: k k C_in and k k C_out / s s, in a transposed convolution
    k k C_in / s s and k k C_out.
    """
    for module in network.modules():
        if isinstance(module, nn.Linear):
            fans = float(module.in_features + module.out_features)
        elif isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            area, thinned = math.prod(module.kernel_size), math.prod(module.stride)
            inputs, outputs = module.in_channels * area, module.out_channels * area
            transposed = isinstance(module, nn.ConvTranspose2d)
            fans = inputs / thinned + outputs if transposed else inputs + outputs / thinned
        else:
            continue
        numerator = 2 if isinstance(module, nn.Linear) or module in glorot else 4
        bound = math.sqrt(3 * numerator / fans)
        nn.init.uniform_(module.weight, -bound, bound)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
