"""Rows of pictures with words below them."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from gan_runner.reporting.captions import Glyph, caption
from gan_runner.reporting.images import GREY, grid, usual_scale


def sheet(rows: Tensor, captions: Sequence[str], low: float, high: float, glyph: Glyph) -> Tensor:
    """Return pictures ``[R, C, ch, H, W]`` row by row as one uint8 picture, a caption below each row or below the last.

    ``low..high`` becomes 0..255.
    """
    columns = rows.shape[1]
    per_row = len(captions) == len(rows)
    groups = list(rows) if per_row else [rows.flatten(0, 1)]
    scale = usual_scale(rows.shape[4], columns)
    parts = []
    for group, text in zip(groups, captions or [""], strict=True):
        picture = grid(group, low, high, columns, scale=scale)
        parts.append(picture)
        if text:
            parts.append(caption(text, picture.shape[2], glyph).expand(picture.shape[0], -1, -1))
    return torch.cat(parts, 1)


def stacked(sheets: Sequence[Tensor]) -> Tensor:
    """Return pictures ``[ch, H, W]`` of one number of channels one below the other, grey where one is narrower."""
    width = max(picture.shape[2] for picture in sheets)
    return torch.cat([F.pad(picture, (0, width - picture.shape[2]), value=GREY) for picture in sheets], 1)
