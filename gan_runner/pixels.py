"""Pictures as networks see them, and the bytes that people and files see."""

import torch
from torch import Tensor


def to_bytes(pictures: Tensor, low: float, high: float) -> Tensor:
    """Return ``pictures`` as uint8: ``low..high`` becomes 0..255, to nearest; beyond is clamped, and NaN is black."""
    levels = (pictures.detach().float() - low) * (255.0 / (high - low))
    return levels.nan_to_num(0.0).clamp(0.0, 255.0).round().to(torch.uint8)
