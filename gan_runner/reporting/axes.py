"""The frame, scales and legend around a plot, and the colours that all plots of points have in common."""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

Colour = tuple[int, int, int]

REAL, GENERATED, WHITE = (58, 60, 66), (240, 110, 10), (255, 255, 255)
INK, FRAME = (70, 70, 70), (150, 150, 150)
LEFT, TOP, BOTTOM = 46, 36, 28
"""Pixels around the plot; what remains on its right is the plot's own choice."""
REAL_KEY, GENERATED_KEY = LEFT + 6, LEFT + 62
"""Where the legend's dots for real and generated points stand; each text follows 8 pixels on."""


@dataclass(frozen=True)
class Span:
    """The stretch of an axis from ``start`` on, ``extent`` long, shown on ``side`` pixels."""

    start: float
    extent: float
    side: int

    def ticks(self) -> list[tuple[float, float]]:
        """Return ``(pixels from the start, value)`` at the multiples of a round step: 1, 2, 2.5 or 5 times 10^n."""
        power = 10.0 ** math.floor(math.log10(self.extent / 6))
        step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= self.extent / 6)
        first, last = math.ceil(self.start / step), math.floor((self.start + self.extent) / step)
        return [((step * k - self.start) * self.side / self.extent, step * k) for k in range(first, last + 1)]


class Sheet:
    """A picture whose plot is to be framed and labelled: ``width`` x ``height`` pixels from (LEFT, TOP) on."""

    def __init__(self, image: Image.Image, width: int, height: int) -> None:
        self._image = image
        self._draw = ImageDraw.Draw(image)
        self._font = ImageFont.load_default(size=13)
        self._right, self._bottom = LEFT + width, TOP + height
        self._draw.rectangle((LEFT - 1, TOP - 1, self._right, self._bottom), outline=FRAME)

    def write(self, x: float, y: float, text: str, anchor: str, colour: Colour = INK) -> None:
        """Write ``text`` at a place in pixels; ``anchor`` says which point of the text stands there, as in Pillow."""
        self._draw.text((x, y), text, fill=colour, font=self._font, anchor=anchor)

    def name_points(self, outside: int) -> None:
        """Write the legend beside the two dots, with how many generated points lie outside the window."""
        self.write(REAL_KEY + 8, TOP / 2, "real", "lm")
        self.write(GENERATED_KEY + 8, TOP / 2, f"generated ({outside} outside)" if outside else "generated", "lm")

    def scale_x(self, span: Span) -> None:
        """Draw the ticks of the lower axis, from left to right."""
        for pixels, value in span.ticks():
            place = LEFT + pixels
            self._draw.line((place, self._bottom, place, self._bottom + 4), fill=FRAME)
            self.write(place, self._bottom + 8, f"{value:.6g}", "mt")

    def scale_y(self, span: Span, at: Literal["left", "right"] = "left", colour: Colour = INK) -> None:
        """Draw the ticks of the left or right axis, from the bottom up."""
        for pixels, value in span.ticks():
            place = self._bottom - pixels
            if at == "left":
                self._draw.line((LEFT - 5, place, LEFT - 1, place), fill=FRAME)
                self.write(LEFT - 9, place, f"{value:.6g}", "rm", colour)
            else:
                self._draw.line((self._right, place, self._right + 4, place), fill=FRAME)
                self.write(self._right + 8, place, f"{value:.6g}", "lm", colour)

    def picture(self) -> Tensor:
        """Return all of it as uint8 ``[3, H, W]``."""
        width, height = self._image.size
        pixels = torch.frombuffer(bytearray(self._image.tobytes()), dtype=torch.uint8)
        return pixels.reshape(height, width, 3).permute(2, 0, 1)
