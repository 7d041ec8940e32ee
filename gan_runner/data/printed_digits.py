"""Printed digits: ten glyphs of a serif face, shifted and perhaps turned, which vary so little that GANs collapse."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageFont

from gan_runner.data.drawn import generator_of
from gan_runner.data.source import Source

SIDE, DIGITS, DEGREES = 28, "0123456789", 10.0
POINTS = 400
"""The size that glyphs are drawn at before they are made small, so that their edges are smooth."""


def load(count: int = 10_000, rotate: bool = False, seed: int = 0) -> Source:
    """Return ``count`` white digits on black, uint8 ``[count, 1, 28, 28]``, as many of each digit, with labels 0..9.

    A digit is as high as the picture and lies anywhere along its free width, in whole pixels: about 120 pictures are
    different. ``rotate`` turns every other one by up to 10 degrees either way, and then about half of all are
    different. What is drawn depends on ``seed`` alone, not on the seed of the training run.

    References: the digits of LSGAN's test on data of small variability (Mao et al., arXiv:1712.06391), whose pictures
    are of Times; here STIX, its likeness that comes with matplotlib.
    """
    generator = generator_of(count, seed)
    glyphs = [_glyph(digit) for digit in DIGITS]
    labels = torch.arange(count) % len(DIGITS)
    places = torch.rand(count, generator=generator, dtype=torch.float64)
    angles = DEGREES * (2 * torch.rand(count, generator=generator, dtype=torch.float64) - 1)
    angles[torch.arange(count) // len(DIGITS) % 2 == 0] = 0.0
    pictures = np.zeros((count, 1, SIDE, SIDE), dtype=np.uint8)
    rows = zip(pictures[:, 0], labels.tolist(), places.tolist(), angles.tolist(), strict=True)
    for picture, label, place, angle in rows:
        glyph = glyphs[label]
        left = int(place * (SIDE - glyph.shape[1] + 1))
        picture[:, left : left + glyph.shape[1]] = glyph
        if rotate and angle:
            picture[:] = Image.fromarray(picture).rotate(angle, Image.Resampling.BILINEAR)
    return Source("printed_digits", torch.from_numpy(pictures), labels, tuple(DIGITS))


def _glyph(digit: str) -> np.ndarray:
    """Return the digit in white on black, cut to its edges, 28 pixels high."""
    import matplotlib as mpl  # here: a tenth of a second for its fonts, which no other data need

    font = ImageFont.truetype(str(Path(mpl.get_data_path(), "fonts", "ttf", "STIXGeneral.ttf")), POINTS)
    mask = font.getmask(digit)
    drawn = Image.frombytes("L", mask.size, bytes(mask)).crop(mask.getbbox())
    width = round(SIDE * drawn.width / drawn.height)
    return np.asarray(drawn.resize((width, SIDE), Image.Resampling.BOX))
