"""A camera in a world of metres (x right, y up, z away) and the picture that it paints, far things first."""

import math
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageDraw

Point = tuple[float, float, float]
Colour = tuple[float, float, float]
"""Red, green, blue, 0 to 255."""
Span = tuple[float, float]
"""From and to, in metres."""

FINE = 2
"""Painted at so many times the size and averaged down, which smooths the edges."""
NEAR = 0.05
"""Metres before the eye that everything is cut off at."""
AMBIENT = 0.58
"""The light that reaches a face turned away from the window, over that of one turned to it."""
SOFTNESS = 3
"""Layers of a shadow: its edge is blurred by painting it so often, each time larger."""


def dimmed(colour: Colour, factor: float) -> Colour:
    """Return a colour made darker, or with ``factor`` above 1 lighter."""
    return colour[0] * factor, colour[1] * factor, colour[2] * factor


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Return ``one`` with a ``share`` of ``other``."""
    return tuple(a + (b - a) * share for a, b in zip(one, other, strict=True))  # type: ignore[return-value]


def painted(colour: Colour, alpha: float = 1.0) -> tuple[int, ...]:
    """Return a colour as Pillow takes it."""
    red, green, blue = (min(255, max(0, round(value))) for value in colour)
    return (red, green, blue) if alpha >= 1 else (red, green, blue, round(255 * alpha))


class View:
    """A pinhole camera at ``eye`` that looks along +z, turned right by ``yaw`` and up by ``pitch`` (radians).

    ``field`` is the focal length over the picture's shorter side; ``light`` points from any face to the light.
    """

    def __init__(
        self, size: tuple[int, int], eye: Point, yaw: float, pitch: float, field: float, light: Point = (0, 1, 0)
    ) -> None:
        self.width, self.height = FINE * size[0], FINE * size[1]
        self.image = Image.new("RGB", (self.width, self.height))
        self.eye = eye
        self._focal = field * min(self.width, self.height)
        self._yaw = math.cos(yaw), math.sin(yaw)
        self._pitch = math.cos(pitch), math.sin(pitch)
        length = math.hypot(*light)
        self._light = tuple(value / length for value in light)
        self.opaque = ImageDraw.Draw(self.image)
        self.glaze = ImageDraw.Draw(self.image, "RGBA")

    def shade(self, normal: Point) -> float:
        """Return the share of light that a face gets."""
        cosine = sum(a * b for a, b in zip(normal, self._light, strict=True))
        return AMBIENT + (1 - AMBIENT) * (0.5 + 0.5 * cosine)

    def seen(self, point: Point) -> Point:
        """Return a point as the camera has it: right, up, away."""
        x, y, z = point[0] - self.eye[0], point[1] - self.eye[1], point[2] - self.eye[2]
        x, z = x * self._yaw[0] - z * self._yaw[1], x * self._yaw[1] + z * self._yaw[0]
        return x, y * self._pitch[0] - z * self._pitch[1], y * self._pitch[1] + z * self._pitch[0]

    def spot(self, point: Point) -> tuple[float, float, float]:
        """Return where a point is painted and how many pixels a metre has there."""
        x, y, z = self.seen(point)
        scale = self._focal / max(z, NEAR)
        return self.width / 2 + x * scale, self.height / 2 - y * scale, scale

    def patch(self, corners: Sequence[Point], colour: Colour, alpha: float = 1.0) -> None:
        """Paint a flat polygon."""
        outline = self._flat(corners)
        if len(outline) > 2:
            (self.opaque if alpha >= 1 else self.glaze).polygon(outline, fill=painted(colour, alpha))

    def box(self, low: Point, high: Point, colour: Colour) -> None:
        """Paint the faces that can be seen of a box."""
        (x0, y0, z0), (x1, y1, z1), (ex, ey, ez) = low, high, self.eye
        if ey > y1:
            self._face([(x0, y1, z0), (x1, y1, z0), (x1, y1, z1), (x0, y1, z1)], colour, (0, 1, 0))
        if ey < y0:
            self._face([(x0, y0, z0), (x1, y0, z0), (x1, y0, z1), (x0, y0, z1)], colour, (0, -1, 0))
        if ex < x0:
            self._face([(x0, y0, z0), (x0, y1, z0), (x0, y1, z1), (x0, y0, z1)], colour, (-1, 0, 0))
        if ex > x1:
            self._face([(x1, y0, z0), (x1, y1, z0), (x1, y1, z1), (x1, y0, z1)], colour, (1, 0, 0))
        if ez < z0:
            self._face([(x0, y0, z0), (x1, y0, z0), (x1, y1, z0), (x0, y1, z0)], colour, (0, 0, -1))

    def shadow(self, x0: float, x1: float, z0: float, z1: float, alpha: float, y: float = 0.0) -> None:
        """Darken the floor under something, softly."""
        for layer in range(SOFTNESS):
            far = 0.07 * layer
            left, right, front, back = x0 - far, x1 + far, z0 - far, z1 + far
            corners = [(left, y, front), (right, y, front), (right, y, back), (left, y, back)]
            self.patch(corners, (8, 6, 4), alpha / SOFTNESS)

    def blob(self, point: Point, width: float, height: float, colour: Colour, alpha: float = 1.0) -> None:
        """Paint an ellipse of so many metres that faces the camera, centred at a point."""
        if self.seen(point)[2] <= 4 * NEAR:
            return
        x, y, scale = self.spot(point)
        across, up = width * scale / 2, height * scale / 2
        draw = self.opaque if alpha >= 1 else self.glaze
        draw.ellipse((x - across, y - up, x + across, y + up), fill=painted(colour, alpha))

    def foliage(self, point: Point, size: float, colour: Colour, rng: Random, leaves: int = 22) -> None:
        """Paint a round mass of leaves of ``size`` metres, lighter above."""
        for _ in range(leaves):
            angle, far = rng.uniform(0, math.tau), size / 2 * math.sqrt(rng.random())
            x, y = far * math.cos(angle), far * math.sin(angle)
            tone = dimmed(colour, 0.75 + 0.5 * (y / size + 0.5) * rng.uniform(0.7, 1.3))
            leaf = size * rng.uniform(0.15, 0.38)
            self.blob((point[0] + x, point[1] + y, point[2]), leaf, leaf * rng.uniform(0.6, 1.1), tone)

    def _face(self, corners: Sequence[Point], colour: Colour, normal: Point) -> None:
        self.patch(corners, dimmed(colour, self.shade(normal)))

    def _flat(self, corners: Sequence[Point]) -> list[tuple[float, float]]:
        """Return the outline of a polygon in pixels, cut off before the eye."""
        seen = [self.seen(corner) for corner in corners]
        kept: list[Point] = []
        for one, other in zip(seen, seen[1:] + seen[:1], strict=True):
            if one[2] >= NEAR:
                kept.append(one)
            if (one[2] >= NEAR) != (other[2] >= NEAR):
                share = (NEAR - one[2]) / (other[2] - one[2])
                kept.append((one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]), NEAR))
        middle_x, middle_y, focal = self.width / 2, self.height / 2, self._focal
        return [(middle_x + x * focal / z, middle_y - y * focal / z) for x, y, z in kept]
