"""A picture of learning in the plane: real and generated points over the discriminator's scores."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from PIL import Image
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

# Purple and green differ for every kind of colour vision, and leave orange to the generated points.
LOW, MIDDLE, HIGH = (190, 170, 212), (247, 247, 247), (164, 214, 160)
BAR, BAR_WIDTH = 110, 64  # of the colours' legend: its distance from the right edge, and its width
LATTICE = 128


@dataclass(frozen=True)
class _Frame:
    """A square window on the plane, ``side`` pixels wide; both axes have the same scale."""

    x: float
    y: float
    extent: float
    side: int

    def pixels(self, points: Tensor) -> Tensor:
        """Return where ``points`` ``[N, 2]`` lie, in pixels to the right and down; those outside are left out."""
        corner = points.new_tensor([self.x, self.y + self.extent])
        places = (points - corner) * points.new_tensor([1.0, -1.0]) * (self.side / self.extent)
        return places[((places >= 0) & (places < self.side)).all(dim=1)]

    def lattice(self) -> Tensor:
        """Return the centres of ``LATTICE`` x ``LATTICE`` cells, row by row from the top, as points ``[K, 2]``."""
        offsets = (torch.arange(LATTICE) + 0.5) * (self.extent / LATTICE)
        y, x = torch.meshgrid(self.y + self.extent - offsets, self.x + offsets, indexing="ij")
        return torch.stack([x, y], dim=2).flatten(0, 1)


def scatter(real: Tensor, fake: Tensor, score: Score | None, size: int = 512) -> Tensor:
    """Return a picture uint8 ``[3, size, size]`` of the points ``real`` ``[M, 2]`` and ``fake`` ``[N, 2]``.

    The window follows from ``real`` alone: give the same real points every time and the pictures can be compared.
    ``score`` maps points ``[K, 2]`` to the discriminator's scores ``[K]``; their colours span the 2nd to the 98th
    percentile within the window, with a contour at every eighth of that span.
    """
    points, generated = real.detach().float().cpu(), fake.detach().float().cpu()
    frame = _window(points, size - TOP - BOTTOM)
    canvas = torch.full((3, size, size), 255.0)
    plot = canvas[:, TOP : TOP + frame.side, LEFT : LEFT + frame.side]

    span = None
    if score is not None:
        with torch.no_grad():
            scores = score(frame.lattice().to(real)).float().cpu().reshape(LATTICE, LATTICE)
        span = _paint_field(plot, scores)
        bar = canvas[:, TOP // 2 - 6 : TOP // 2 + 4, size - BAR : size - BAR + BAR_WIDTH]
        bar.copy_(_shade(torch.linspace(-1, 1, BAR_WIDTH).expand(10, -1)))
    inside = frame.pixels(generated)
    # Generated on top: a collapsed generator is a single dot, which real points would hide.
    _paint_real(plot, frame.pixels(points))
    _paint_generated(plot, inside)
    _paint_real(canvas, torch.tensor([[REAL_KEY, TOP / 2]]))
    _paint_generated(canvas, torch.tensor([[GENERATED_KEY, TOP / 2]]))
    return _labelled(canvas, frame, span, outside=len(generated) - len(inside))


def _window(real: Tensor, side: int) -> _Frame:
    low, high = real.amin(dim=0), real.amax(dim=0)
    sides = high - low
    # What is generated lies beside a line rather than around it.
    extent = (1.3 if sides.min() > 0 else 2.6) * sides.max().item() or 1.0
    x, y = ((low + high) / 2 - extent / 2).tolist()
    return _Frame(x, y, extent, side)


def _shade(level: Tensor) -> Tensor:
    """Return the colours 0..255 ``[3, *shape]`` of ``level`` ``[*shape]``: -1 is low, 0 the middle, 1 high."""
    low, middle, high = (torch.tensor(colour).float()[:, None, None] for colour in (LOW, MIDDLE, HIGH))
    return torch.lerp(middle, torch.where(level < 0, low, high), level.abs().clamp(max=1))


def _paint_field(plot: Tensor, scores: Tensor) -> tuple[float, float]:
    """Paint ``scores`` ``[K, K]`` and their contours over ``plot`` ``[3, S, S]``; return the span of the colours."""
    finite = scores[scores.isfinite()]
    low, high = torch.quantile(finite, torch.tensor([0.02, 0.98])).tolist() if len(finite) else (math.nan, math.nan)
    level = ((scores - (low + high) / 2) / max((high - low) / 2, 1e-12)).nan_to_num(0.0).clamp(-4, 4)
    level = torch.nn.functional.interpolate(level[None, None], size=plot.shape[1:], mode="bilinear")[0, 0]
    # The distance to the nearest contour in pixels is, to first order, that in height over the slope.
    height = level * 4
    slope = torch.hypot(*torch.gradient(height)).clamp_min(1e-6)
    line = (
        (1.2 - (height - height.round()).abs() / slope).clamp(0, 1)
        * (height.abs() < 3.5)
        * (slope > 1e-4)
        / (1 + 4 * slope)
    )
    plot.copy_(_shade(level) * (1 - 0.22 * line))
    return low, high


def _paint_real(plot: Tensor, places: Tensor) -> None:
    _paint_dots(plot, places, REAL, radius=2.0, opacity=0.8)


def _paint_generated(plot: Tensor, places: Tensor) -> None:
    _paint_dots(plot, places, WHITE, radius=2.2, opacity=0.3)
    _paint_dots(plot, places, GENERATED, radius=1.6, opacity=0.9)


def _paint_dots(plot: Tensor, places: Tensor, colour: Colour, radius: float, opacity: float = 1.0) -> None:
    """Paint smooth-edged dots at ``places`` ``[N, 2]`` (pixels) onto ``plot`` ``[3, S, S]`` in place."""
    side, reach = plot.shape[1], math.ceil(radius + 0.5)
    around = torch.arange(-reach, reach + 1)
    cells = places.floor().long()[:, None] + torch.cartesian_prod(around, around)
    distance = torch.hypot(*(cells + 0.5 - places[:, None]).unbind(2))
    cover = (radius + 0.5 - distance).clamp(0, 1) * ((cells >= 0) & (cells < side)).all(dim=2)
    index = cells[..., 1].clamp(0, side - 1) * side + cells[..., 0].clamp(0, side - 1)
    alpha = torch.zeros(side * side).scatter_reduce_(0, index.flatten(), cover.flatten(), "amax").mul_(opacity)
    plot.lerp_(torch.tensor(colour).float()[:, None, None], alpha.reshape(1, side, side))


def _labelled(canvas: Tensor, frame: _Frame, span: tuple[float, float] | None, outside: int) -> Tensor:
    size = canvas.shape[1]
    image = Image.fromarray(canvas.round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy())
    sheet = Sheet(image, frame.side, frame.side)
    sheet.scale_x(Span(frame.x, frame.extent, frame.side))
    sheet.scale_y(Span(frame.y, frame.extent, frame.side))
    sheet.name_points(outside)
    if span is not None:
        sheet.write(size - BAR - 6, TOP / 2, f"score  {span[0]:.3g}", "rm")
        sheet.write(size - BAR + BAR_WIDTH + 6, TOP / 2, f"{span[1]:.3g}", "lm")
    return sheet.picture()
