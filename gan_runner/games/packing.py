"""Packing: a discriminator that judges several samples at once (PacGAN, arXiv 1712.04086)."""

from torch import Tensor

from gan_runner.types import Shape


def packed_shape(shape: Shape, packing: int) -> Shape:
    """Return the shape of ``packing`` samples of ``shape`` as one: channels, or a point's numbers, side by side."""
    return (shape[0] * packing, *shape[1:])


def pack(samples: Tensor, packing: int) -> Tensor:
    """Return samples ``[B, C, ...]`` as ``[B / packing, packing C, ...]``, neighbours in the batch together."""
    if packing == 1:
        return samples
    return samples.reshape(-1, *packed_shape(tuple(samples.shape[1:]), packing))
