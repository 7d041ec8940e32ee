"""A picture of learning on a line: how dense real and generated numbers lie, and the discriminator's scores of them."""

import math
from collections.abc import Callable

import torch
from PIL import Image, ImageDraw
from torch import Tensor

from gan_runner.reporting.axes import (
    BOTTOM,
    GENERATED,
    GENERATED_KEY,
    LEFT,
    REAL,
    REAL_KEY,
    TOP,
    WHITE,
    Colour,
    Sheet,
    Span,
)

Score = Callable[[Tensor], Tensor]

SCORE = (110, 70, 160)
RIGHT = 46
SCORE_KEY = 100  # from the right edge of the picture to the stroke of the legend
BINS = 64
FINE = 4
"""Shapes are drawn so many times larger and then shrunk, which smooths their edges."""


def density(real: Tensor, fake: Tensor, score: Score | None, size: int = 512) -> Tensor:
    """Return a picture uint8 ``[3, size, size]`` of the points ``real`` ``[M, 1]`` and ``fake`` ``[N, 1]``.

    Both are histograms of 64 bins, scaled as densities: the area is 1, or the share of the points within the window.
    The window follows from ``real`` alone, 2.6 times as wide as the points and up to 1.5 times their highest bin, so
    that pictures can be compared: what a collapsed generator piles up higher is cut off. ``score`` maps points
    ``[K, 1]`` to the discriminator's scores ``[K]``: a curve from its least to its largest value in the window, which
    the right axis tells.
    """
    points, generated = real.detach().float().cpu().flatten(), fake.detach().float().cpu().flatten()
    width, height = size - LEFT - RIGHT, size - TOP - BOTTOM
    x = _window(points, width)
    heights = _histogram(points, x)
    y = Span(0.0, 1.5 * heights.max().item(), height)

    plot = Image.new("RGB", (FINE * width, FINE * height), WHITE)
    draw = ImageDraw.Draw(plot, "RGBA")  # in this mode, colours with an opacity are blended
    _paint_steps(draw, heights, y, REAL)
    if len(generated):
        _paint_steps(draw, _histogram(generated, x), y, GENERATED)
    scale = None
    if score is not None and (curve := _finite_scores(score, x, real)):
        scale = _scale_of([value for _, value in curve], height)
        _paint_curve(draw, curve, scale)

    image = Image.new("RGB", (size, size), WHITE)
    image.paste(plot.resize((width, height), Image.Resampling.BOX), (LEFT, TOP))
    inside = (generated >= x.start) & (generated < x.start + x.extent)
    return _labelled(image, x, y, scale, outside=int((~inside).sum()))


def _window(real: Tensor, side: int) -> Span:
    low, high = real.min().item(), real.max().item()
    extent = 2.6 * (high - low) or 1.0
    return Span((low + high) / 2 - extent / 2, extent, side)


def _histogram(points: Tensor, x: Span) -> Tensor:
    """Return the density ``[BINS]`` in each bin of the window."""
    bins = ((points - x.start) * (BINS / x.extent)).floor()
    inside = bins[(bins >= 0) & (bins < BINS)].long()
    return torch.bincount(inside, minlength=BINS) * (BINS / (x.extent * len(points)))


def _finite_scores(score: Score, x: Span, like: Tensor) -> list[tuple[float, float]]:
    """Return ``(pixels from the left, score)`` at the middle of each pixel column, where it is a finite number."""
    pixels = torch.arange(x.side) + 0.5
    with torch.no_grad():
        scores = score((x.start + pixels * (x.extent / x.side))[:, None].to(like)).float().cpu().flatten()
    return [place for place in zip(pixels.tolist(), scores.tolist(), strict=True) if math.isfinite(place[1])]


def _scale_of(scores: list[float], side: int) -> Span:
    """Return an axis from the least to the largest score, and a twentieth further."""
    low, high = min(scores), max(scores)
    extent = 1.1 * (high - low) or 1.0
    return Span((low + high) / 2 - extent / 2, extent, side)


def _paint_steps(draw: ImageDraw.ImageDraw, heights: Tensor, y: Span, colour: Colour) -> None:
    """Paint a histogram as an area under steps, with their outline."""
    width, bottom = draw.im.size
    levels = (bottom - heights.repeat_interleave(2) * (bottom / y.extent)).clamp(min=-FINE).tolist()
    edges = (torch.arange(BINS + 1) * (width / BINS)).repeat_interleave(2)[1:-1].tolist()
    corners = list(zip(edges, levels, strict=True))
    draw.polygon([(0, bottom), *corners, (width, bottom)], fill=(*colour, 70))
    draw.line(corners, fill=colour, width=int(1.5 * FINE))


def _paint_curve(draw: ImageDraw.ImageDraw, curve: list[tuple[float, float]], scale: Span) -> None:
    _, bottom = draw.im.size
    places = [(FINE * pixels, bottom - (value - scale.start) * (bottom / scale.extent)) for pixels, value in curve]
    draw.line(places, fill=SCORE, width=2 * FINE, joint="curve")


def _labelled(image: Image.Image, x: Span, y: Span, scale: Span | None, outside: int) -> Tensor:
    size = image.width
    draw = ImageDraw.Draw(image)
    for key, colour in ((REAL_KEY, REAL), (GENERATED_KEY, GENERATED)):
        draw.ellipse((key - 3, TOP / 2 - 3, key + 3, TOP / 2 + 3), fill=colour)
    sheet = Sheet(image, x.side, y.side)
    sheet.scale_x(x)
    sheet.scale_y(y)
    sheet.name_points(outside)
    if scale is not None:
        draw.line((size - SCORE_KEY, TOP / 2, size - SCORE_KEY + 14, TOP / 2), fill=SCORE, width=2)
        sheet.write(size - SCORE_KEY + 20, TOP / 2, "score", "lm", SCORE)
        sheet.scale_y(scale, at="right", colour=SCORE)
    return sheet.picture()
