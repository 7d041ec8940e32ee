"""What several architectures share: normalisation by name, the check of the data's shape, starting weights."""

from collections.abc import Sequence
from typing import Literal

from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.types import Shape

Norm = Literal["auto", "batch", "layer", "instance", "none"]
"""``auto`` is decided before a network is built: for a critic, layer under a gradient penalty and none under a
normalisation of its weights. Here it means batch."""


def norm_layer(norm: Norm, channels: int, spatial: bool) -> nn.Module:
    """Return the normalisation of maps ``[B, channels, H, W]`` (``spatial``) or of vectors ``[B, channels]``.

    Batch norm mixes the samples of a batch, so a penalty on each sample's own gradient rules it out. WGAN-GP
    (arXiv 1704.00028) puts layer norm in its place: for maps this is a single group over C, H and W with one gain and
    bias a channel. Instance norm is one group a channel. Raises ValueError for instance norm of vectors.
    """
    if norm == "none":
        return nn.Identity()
    if norm == "layer":
        return nn.GroupNorm(1, channels) if spatial else nn.LayerNorm(channels)
    if norm == "instance":
        if not spatial:
            raise ValueError(
                "norm of a fully connected layer, got instance, which has no pixels to average over; "
                "allowed batch, layer, none; set norm=layer"
            )
        return nn.GroupNorm(channels, channels)
    return nn.BatchNorm2d(channels) if spatial else nn.BatchNorm1d(channels)


def wants_bias(norm: Norm) -> bool:
    """Whether the layer before this normalisation of maps needs a bias: batch and instance norm subtract it again."""
    return norm in ("layer", "none")


def square_picture(arch: str, shape: Shape, sizes: Sequence[int]) -> tuple[int, int]:
    """Return (channels, side) of the picture shape ``(C, side, side)``; UsageError if ``side`` is not in ``sizes``."""
    *first, last = (str(size) for size in sizes)
    makes = f"arch={arch} makes pictures of {', '.join(first)}{' or ' if first else ''}{last} pixels"
    if len(shape) != 3:
        raise UsageError(f"{makes}; got {shape[0]}-D points; use arch=mlp")
    channels, height, width = shape
    if height != width or height not in sizes:
        nearest = min(sizes, key=lambda size: abs(size - max(height, width)))
        raise UsageError(f"{makes}; got {height}x{width}; set data.size={nearest}")
    return channels, height


def init_dcgan(network: nn.Module) -> None:
    """Draw DCGAN's starting weights (arXiv 1511.06434): weights N(0, 0.02), batch norm gains N(1, 0.02), biases 0."""
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(module.weight, 0.0, 0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.02)


def init_glorot(network: nn.Module) -> None:
    """Draw Glorot uniform weights in every linear layer and convolution; biases 0."""
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def init_fluid(network: nn.Module) -> None:
    """Draw the starting weights that PaddlePaddle Fluid (2018) gives a layer when its author names none.

    Fully connected: Xavier uniform. Convolution: N(0, sqrt(2 / (k k C_in))). Biases 0.
    """
    for module in network.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def one_hot(labels: Tensor | None, classes: int, like: Tensor) -> Tensor:
    """Return the one-hot vectors ``[B, classes]`` of ``labels`` ``[B]``, of the type and on the device of ``like``.

    torch's own function looks at the labels first, and so waits for the device.
    """
    assert labels is not None
    return like.new_zeros(labels.shape[0], classes).scatter_(1, labels[:, None], 1.0)


def require_classes(arch: str, classes: int) -> int:
    """Return ``classes``; UsageError if there are none, for networks that are told the label."""
    if classes < 1:
        raise UsageError(
            f"arch={arch} is conditional and needs labelled data, got data without labels; use labelled data, such as "
            "data=mnist or data=hwdb, or an unconditional arch"
        )
    return classes
