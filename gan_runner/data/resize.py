"""Bringing pictures that are already in memory to another size, once."""

import torch
from torch import Tensor
from torch.nn.functional import interpolate

AT_ONCE = 2**20
"""Pixels turned to float at a time, before and after, so that the copies stay small."""


def resize(images: Tensor, size: int) -> Tensor:
    """Return uint8 ``[N, C, H, W]`` as uint8 ``[N, C, size, size]``; as it is if it has that size.

    Bilinear, antialiased so that shrinking keeps thin strokes (the triangle is widened by the factor), rounded back to
    uint8 so that pictures are stored and normalised like any others. Both sides are scaled to the size, whatever the
    aspect. Raises ValueError for a size below 1.
    """
    if size < 1:
        raise ValueError(f"size must be a side in pixels, got {size}; allowed 1 or more, or the pictures' own")
    count, channels, height, width = images.shape
    if height == width == size:
        return images
    resized = torch.empty(count, channels, size, size, dtype=torch.uint8)
    step = max(1, AT_ONCE // (channels * max(height * width, size * size)))
    for start in range(0, count, step):
        part = images[start : start + step].float()
        resized[start : start + step] = interpolate(part, size=(size, size), mode="bilinear", antialias=True).round_()
    return resized
