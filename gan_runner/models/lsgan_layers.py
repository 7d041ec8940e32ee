"""What the networks of LSGAN's own code (arXiv 1611.04076, 1712.06391) share: halving, doubling, starting weights.

TensorFlow's ``SAME`` padding at stride 2 is one pixel wider after the maps than before them. PyTorch's, here, is one
pixel wider before: these layers are TensorFlow's on a picture turned by 180 degrees, kernels turned along. Since
kernels start symmetric about zero, the networks differ from the originals by that turn of the pictures alone.
"""

from torch import nn

from gan_runner.models.label_map import LabelMap


def halve(inputs: int, outputs: int, bias: bool = True) -> nn.Conv2d:
    """Return the 5x5 convolution of stride 2 that takes a side of n to n / 2, rounded up."""
    return nn.Conv2d(inputs, outputs, 5, 2, 2, bias=bias)


def double(inputs: int, outputs: int, kernel: int = 5, bias: bool = True) -> nn.ConvTranspose2d:
    """Return the transposed convolution of stride 2 and an odd ``kernel`` that takes a side of n to 2 n."""
    return nn.ConvTranspose2d(inputs, outputs, kernel, 2, kernel // 2, output_padding=1, bias=bias)


def init_lsgan(network: nn.Module) -> None:
    """Draw the starting weights of LSGAN's code, all of sd 0.02: convolutions N(0, 0.02) cut off at 2 sd, others not.

    Biases are 0. As in TensorFlow, what lies beyond 2 sd is drawn again, which leaves an sd of 0.88 times 0.02.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.trunc_normal_(module.weight, 0.0, 0.02, -0.04, 0.04)
        elif isinstance(module, nn.Linear | nn.ConvTranspose2d | LabelMap):
            nn.init.normal_(module.weight, 0.0, 0.02)
        else:
            continue
        if module.bias is not None:
            nn.init.zeros_(module.bias)
