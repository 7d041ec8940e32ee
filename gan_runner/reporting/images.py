"""Pictures for people: a grid of samples, and a PNG file that is never half written."""

import io
import math
from pathlib import Path

import torch
from torch import Tensor

from gan_runner import atomic
from gan_runner.pixels import to_bytes

GREY = 128  # stands out from black digits on white and from white digits on black
USUAL_WIDTH = 560


def grid(
    pictures: Tensor, low: float, high: float, columns: int | None = None, padding: int = 2, scale: int | None = None
) -> Tensor:
    """Return the pictures ``[N, C, H, W]`` side by side, row by row, as one uint8 picture ``[C, H', W']``.

    ``low..high`` becomes 0..255, rounded to nearest; what lies beyond is clamped and NaN is black. The grid is nearly
    square unless ``columns`` is given, framed and divided by ``padding`` grey pixels, and finally enlarged ``scale``
    times by repeating pixels: by default so that it is about 560 pixels wide, but never made smaller.

    Raises: ValueError unless ``pictures`` has four dimensions and at least one picture.
    """
    if pictures.dim() != 4 or len(pictures) == 0:
        raise ValueError(f"grid needs pictures of shape [N, C, H, W] with N >= 1, got {list(pictures.shape)}")
    count, channels, height, width = pictures.shape
    columns = min(count, columns or math.ceil(math.sqrt(count)))
    rows = math.ceil(count / columns)

    cells = torch.full((rows * columns, channels, height + padding, width + padding), GREY, dtype=torch.uint8)
    cells[:count, :, :height, :width] = to_bytes(pictures.cpu(), low, high)
    table = cells.reshape(rows, columns, *cells.shape[1:]).permute(2, 0, 3, 1, 4).flatten(3, 4).flatten(1, 2)
    framed = torch.nn.functional.pad(table, (padding, 0, padding, 0), value=GREY)

    scale = scale or usual_scale(width, columns, padding)
    return framed.repeat_interleave(scale, dim=1).repeat_interleave(scale, dim=2)


def usual_scale(width: int, columns: int, padding: int = 2) -> int:
    """Return how many times to enlarge a grid of so many pictures of ``width`` pixels to be about 560 wide."""
    return max(1, round(USUAL_WIDTH / (columns * (width + padding) + padding)))


def save_png(path: Path, picture: Tensor) -> None:
    """Write a uint8 picture ``[1, H, W]`` (grey) or ``[3, H, W]`` (colour) to ``path`` at once.

    Raises: ValueError for any other shape or type, OSError if the file cannot be written.
    """
    atomic.write_bytes(path, png(picture))


def png(picture: Tensor) -> bytes:
    """Return what a PNG file of a uint8 picture ``[1, H, W]`` (grey) or ``[3, H, W]`` (colour) holds.

    Raises: ValueError for any other shape or type.
    """
    from PIL import Image

    if picture.dtype != torch.uint8 or picture.dim() != 3 or picture.shape[0] not in (1, 3):
        raise ValueError(f"a PNG needs uint8 [1 or 3, H, W], got {picture.dtype} {list(picture.shape)}")
    pixels = picture.cpu().permute(1, 2, 0).contiguous().numpy()
    data = io.BytesIO()
    Image.fromarray(pixels.squeeze(2) if pixels.shape[2] == 1 else pixels).save(data, format="PNG")
    return data.getvalue()
