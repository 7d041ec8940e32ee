"""Words in a picture: what stands below a row of samples."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

Strokes = Sequence[NDArray[np.float64]]
Glyph = Callable[[str], Strokes | None]
"""Returns a character's centre lines, points ``[n, 2]`` (x right, y down) in 0..1; None if it knows none."""

HEIGHT = 24
_TEXT = 13
_MARGIN = 3


def caption(text: str, width: int, glyph: Glyph) -> Tensor:
    """Return ``text`` in black on white as a uint8 picture ``[1, 24, width]``, cut off where it is longer.

    Characters beyond Latin-1 that ``glyph`` knows are drawn from its strokes, a font for them is large; others are
    spelled out as U+XXXX.
    """
    image = Image.new("L", (width, HEIGHT), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=_TEXT)
    x = float(_MARGIN)
    for character in text:
        strokes = None if character <= "\xff" else glyph(character)
        if strokes is not None:
            _stroke(draw, strokes, x)
            x += HEIGHT
            continue
        word = character if character <= "\xff" else f"U+{ord(character):04X} "
        draw.text((x, HEIGHT / 2), word, fill=0, font=font, anchor="lm")
        x += draw.textlength(word, font=font)
    return torch.from_numpy(np.array(image))[None]


def _stroke(draw: ImageDraw.ImageDraw, strokes: Strokes, left: float) -> None:
    side = HEIGHT - 2 * _MARGIN
    for points in strokes:
        draw.line([(left + x * side, _MARGIN + y * side) for x, y in points.tolist()], fill=0, width=1)
