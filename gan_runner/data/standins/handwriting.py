"""Drawing a character along its strokes in the hand of an invented writer."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gan_runner.data.standins.hanzi import Points
from gan_runner.data.standins.writers import Writer

STEPS = 24
"""Points that every stroke is resampled to, so that all strokes of a character are one array ``[S, 24, 2]``."""
FINE = 4
"""Drawn at this many times the size and averaged down, which is what makes the edges smooth."""
PAPER = 255
LIGHTEST = 254
"""Of the ink, which is never as white as the paper."""
TRAIL = 0.45
"""Width of the trail of a pen that was not lifted between two strokes, over that of the strokes."""
GAP = 0.45
"""Between strokes further apart, in squares, the pen is always lifted."""
T = np.linspace(0.0, 1.0, STEPS)
"""The way along a stroke."""


def draw(strokes: Sequence[Points], style: Writer, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the character as this person writes it this time: uint8 ``[height, width]``, white 255, cropped tight."""
    lines = _written(np.stack([_resampled(stroke) for stroke in strokes]), style, rng)
    widths = _pressed(len(lines), style, rng)
    joins = _joins(lines, style, rng)
    light = TRAIL * style.pen * (1 + (2 * T - 1) ** 2) / 2  # lightest half way
    lines, widths = np.concatenate([lines, joins]), np.concatenate([widths, np.tile(light, (len(joins), 1))])
    scale = FINE * style.height * math.exp(rng.normal(0, 0.05))
    return _inked(_coverage(_posed(lines, style, rng) * scale, widths * scale / 2), style, rng)


def _resampled(stroke: Points) -> Points:
    """Return the stroke as ``STEPS`` points at equal distances along it, the square's middle as the origin."""
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    at = T * along[-1]
    return np.stack([np.interp(at, along, stroke[:, 0]), np.interp(at, along, stroke[:, 1])], axis=-1) - 0.5


@lru_cache(maxsize=8)
def _smoother(sigma: float) -> NDArray[np.float64]:
    """Return the matrix ``[STEPS, STEPS]`` that rounds a line with a Gaussian and leaves its ends where they are.

    Beyond its ends the line goes on as its own image turned by 180 degrees.
    """
    matrix = np.zeros((STEPS, STEPS))
    last = STEPS - 1
    for row in range(STEPS):
        for step in range(-last, last + 1):
            weight, at = math.exp(-0.5 * (step / sigma) ** 2), row + step
            if 0 <= at <= last:
                matrix[row, at] += weight
            else:
                end = 0 if at < 0 else last
                matrix[row, end] += 2 * weight
                matrix[row, 2 * end - at] -= weight
    matrix /= matrix.sum(axis=1, keepdims=True)
    return matrix


def _written(lines: Points, style: Writer, rng: np.random.Generator) -> Points:
    """Return the strokes ``[S, STEPS, 2]`` rounded, bowed, stretched and each a little displaced."""
    count = len(lines)
    lines = _smoother(style.smoothing) @ lines
    chords = lines[:, -1] - lines[:, 0]
    across = np.stack([chords[:, 1], -chords[:, 0]], axis=-1)  # as long as the chord, pointing to its left
    bows = style.bow + rng.normal(0, 0.02, count)
    lines = lines + (bows[:, None] * 4 * T * (1 - T))[..., None] * across[:, None]
    centres = lines.mean(axis=1, keepdims=True)
    angles = rng.normal(0, 3 * style.unrest, count)
    lengths = np.array(style.reach) * np.exp(rng.normal(0, 3 * style.unrest, (count, 1, 2)))
    around = (lines - centres) * lengths
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    x, y = around[..., 0], around[..., 1]
    turned = np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)
    turned += centres + rng.normal(0, style.unrest, (count, 1, 2))
    return turned


def _pressed(count: int, style: Writer, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the width of the line along each stroke, ``[S, STEPS]``: a firm start, a waver, a thinner end."""
    taper = np.clip(style.taper * rng.uniform(0.3, 1.3, (count, 1)), 0, 0.9)
    start = 1 + 0.25 * rng.normal(0.3, 0.6, (count, 1)) * np.exp(-T / 0.12)
    waver = 1 + 0.08 * np.sin(2 * np.pi * (rng.uniform(0.5, 1.5, (count, 1)) * T + rng.uniform(0, 1, (count, 1))))
    end = 1 - taper * np.clip((T - 0.5) / 0.5, 0, 1) ** 2
    return style.pen * start * waver * end * np.exp(rng.normal(0, 0.06, (count, 1)))


def _joins(lines: Points, style: Writer, rng: np.random.Generator) -> Points:
    """Return the thin arcs ``[J, STEPS, 2]`` that the pen leaves where it was not lifted between two strokes."""
    starts, stops = lines[:-1, -1], lines[1:, 0]
    near = np.hypot(*(stops - starts).T) < GAP
    kept = near & (rng.uniform(size=len(starts)) < style.joining)
    starts, stops = starts[kept, None], stops[kept, None]
    onward = (lines[:-1, -1] - lines[:-1, -4])[kept, None]
    middles = (starts + stops) / 2 + onward * 0.8
    t = T[:, None]
    return (1 - t) ** 2 * starts + 2 * t * (1 - t) * middles + t**2 * stops


def _posed(lines: Points, style: Writer, rng: np.random.Generator) -> Points:
    """Return the lines after what befalls the character as a whole: balance, bending, aspect, shear and tilt."""
    balanced = lines + np.array(style.balance) * np.cos(np.pi * lines)
    waves = rng.uniform(0.4, 1.1, 2) * balanced[..., ::-1] + rng.uniform(0, 1, 2)
    bent = balanced + style.warp * np.sin(2 * np.pi * waves)
    cos, sin = math.cos(style.tilt), math.sin(style.tilt)
    shear = style.shear + rng.normal(0, 0.02)
    x = style.aspect * (bent[..., 0] - shear * bent[..., 1])
    y = bent[..., 1]
    return np.stack([cos * x + sin * y, -sin * x + cos * y], axis=-1)


def _coverage(lines: Points, radii: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return how much of each pixel is under the pen, 0..255, from lines and radii in fine pixels."""
    radii = np.maximum(radii, 1.2)
    edge = int(radii.max()) + FINE
    low = lines.min(axis=(0, 1)) - edge
    width, height = np.ceil((lines.max(axis=(0, 1)) - low + edge) / FINE).astype(int)
    lines = lines - low
    ahead = np.diff(lines, axis=1)
    ahead /= np.maximum(np.hypot(ahead[..., 0], ahead[..., 1]), 1e-9)[..., None]
    across = np.stack([-ahead[..., 1], ahead[..., 0]], axis=-1)
    start, stop = across * radii[:, :-1, None], across * radii[:, 1:, None]
    quads = np.concatenate(
        [lines[:, :-1] + start, lines[:, 1:] + stop, lines[:, 1:] - stop, lines[:, :-1] - start], axis=-1
    )
    discs = np.concatenate([lines - radii[..., None], lines + radii[..., None]], axis=-1)
    image = Image.new("L", (int(width) * FINE, int(height) * FINE))
    pen = ImageDraw.Draw(image)
    # A stroke's outline in one polygon would be quicker, but have holes where it crosses itself.
    for quad in quads.reshape(-1, 8).tolist():
        pen.polygon(quad, fill=255)
    for disc in discs.reshape(-1, 4).tolist():
        pen.ellipse(disc, fill=255)
    return np.asarray(image.reduce(FINE))


def _inked(coverage: NDArray[np.uint8], style: Writer, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the picture cropped tight: paper 255 where there is no ink, grey with a grain where there is."""
    rows, columns = np.flatnonzero(coverage.any(axis=1)), np.flatnonzero(coverage.any(axis=0))
    share = coverage[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] / 255.0
    ink = style.ink + rng.normal(0, 6) + style.grain * rng.standard_normal(share.shape)
    grey = PAPER - share * (PAPER - np.clip(ink, 0, LIGHTEST))
    return np.where(share > 0, np.clip(grey.round(), 0, LIGHTEST), PAPER).astype(np.uint8)
