"""An empty room: floor, ceiling, three walls, and what hangs on them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from gan_runner.data.standins.scenery.palette import Palette
from gan_runner.data.standins.scenery.view import Colour, Point, Span, View, dimmed, mixed

Wall = Literal["back", "left", "right"]
NORMALS: dict[Wall, Point] = {"back": (0, 0, -1), "left": (1, 0, 0), "right": (-1, 0, 0)}
FLOATING = 0.01
"""Metres that a patch on a wall or the floor lies before it."""


@dataclass
class Room:
    """A box ``width`` (x around 0), ``height`` and ``depth`` (z from 0), open towards the camera.

    Places are given as the wall, ``a`` along it (from its middle for the back, from the corner with the back for the
    others), ``y`` up and ``b`` out from it.
    """

    view: View
    rng: Random
    colours: Palette
    width: float
    height: float
    depth: float

    def __post_init__(self) -> None:
        self._standing: list[tuple[float, Callable[[], None]]] = []

    def at(self, wall: Wall, a: float, y: float, b: float) -> Point:
        """Return a place as a point of the world."""
        if wall == "back":
            return a, y, self.depth - b
        return (-self.width / 2 + b if wall == "left" else self.width / 2 - b), y, self.depth - a

    def box(self, wall: Wall, a: Span, y: Span, b: Span, colour: Colour) -> None:
        """Paint a box that stands by a wall."""
        one, other = self.at(wall, a[0], y[0], b[0]), self.at(wall, a[1], y[1], b[1])
        low = min(one[0], other[0]), y[0], min(one[2], other[2])
        self.view.box(low, (max(one[0], other[0]), y[1], max(one[2], other[2])), colour)

    def panel(
        self,
        wall: Wall,
        a: Span,
        y: Span,
        colour: Colour,
        b: float = FLOATING,
        alpha: float = 1,
    ) -> None:
        """Paint a rectangle parallel to a wall."""
        corners = [self.at(wall, *place, b) for place in ((a[0], y[0]), (a[1], y[0]), (a[1], y[1]), (a[0], y[1]))]
        self.view.patch(corners, dimmed(colour, self.view.shade(NORMALS[wall])), alpha)

    def mat(self, wall: Wall, a: Span, b: Span, y: float, colour: Colour, alpha: float = 1) -> None:
        """Paint a level rectangle."""
        corners = [self.at(wall, a[0], y, b[0]), self.at(wall, a[1], y, b[0])]
        corners += [self.at(wall, a[1], y, b[1]), self.at(wall, a[0], y, b[1])]
        self.view.patch(corners, dimmed(colour, self.view.shade((0, 1, 0))), alpha)

    def stand(self, wall: Wall, a: Span, b: Span, draw: Callable[[], None]) -> None:
        """Put a piece of furniture on its footprint; it is painted by `furnish`, and casts a shadow."""
        one, other = self.at(wall, a[0], 0, b[0]), self.at(wall, a[1], 0, b[1])
        x0, x1, z0, z1 = *sorted((one[0], other[0])), *sorted((one[2], other[2]))
        self.view.shadow(x0, x1, z0, z1, 0.5)
        far = math.hypot((x0 + x1) / 2 - self.view.eye[0], (z0 + z1) / 2 - self.view.eye[2])
        self._standing.append((far, draw))

    def furnish(self) -> None:
        """Paint the furniture, the farthest first."""
        for _, draw in sorted(self._standing, key=lambda one: -one[0]):
            draw()

    def build(self) -> None:
        """Paint floor, ceiling and walls with their mouldings."""
        half, colours, rng = self.width / 2, self.colours, self.rng
        self._floor()
        ceiling = dimmed(colours.ceiling, self.view.shade((0, -1, 0)) + 0.2)
        corners = [
            self.at("back", a, self.height, b)
            for a, b in ((-half, 0), (half, 0), (half, self.depth), (-half, self.depth))
        ]
        self.view.patch(corners, ceiling)
        papered = rng.random() < 0.25
        skirting, cornice = rng.uniform(0.05, 0.16), rng.choice((0.0, 0.0, 0.05, 0.12))
        lengths: dict[Wall, Span] = {
            "left": (0, self.depth),
            "right": (0, self.depth),
            "back": (-half, half),
        }
        for wall, length in lengths.items():
            colour = colours.accent_wall if wall == "back" else colours.wall
            self.panel(wall, length, (0, self.height), colour, 0)
            if papered:
                self._stripes(wall, length, colour)
            self.panel(wall, length, (0, skirting), mixed(colours.pale, colour, 0.2))
            if cornice:
                self.panel(wall, length, (self.height - cornice, self.height), colours.pale)
            for layer in range(3):  # corners get less light
                self.panel(wall, length, (0, 0.5 - 0.16 * layer), (0, 0, 0), alpha=0.05)
                self.panel(wall, (length[0], length[0] + 0.4 - 0.13 * layer), (0, self.height), (0, 0, 0), alpha=0.05)

    def _stripes(self, wall: Wall, length: Span, colour: Colour) -> None:
        step = self.rng.uniform(0.12, 0.3)
        tone = dimmed(colour, self.rng.choice((0.9, 1.08)))
        for number in range(int((length[1] - length[0]) / step)):
            start = length[0] + number * step
            self.panel(wall, (start, start + step / 2), (0, self.height), tone)

    def _floor(self) -> None:
        rng, half, floor = self.rng, self.width / 2, self.colours.floor
        self.mat("back", (-half, half), (0, self.depth), 0, floor)
        kind, step = rng.choice(("planks", "planks", "boards", "tiles", "carpet")), rng.uniform(0.09, 0.22)
        if kind == "planks":  # along the view
            for number in range(int(self.width / step)):
                start = -half + number * step
                self.mat("back", (start, start + step), (0, self.depth), 0, dimmed(floor, rng.uniform(0.84, 1.12)))
        elif kind == "boards":  # across it
            for number in range(int(self.depth / step)):
                ends = number * step, (number + 1) * step
                self.mat("back", (-half, half), ends, 0, dimmed(floor, rng.uniform(0.84, 1.12)))
        elif kind == "tiles":
            step, seam = rng.uniform(0.3, 0.6), dimmed(floor, rng.choice((0.7, 1.25)))
            for number in range(int(self.width / step) + 1):
                self.mat("back", (-half + number * step, -half + number * step + 0.015), (0, self.depth), 0, seam)
            for number in range(int(self.depth / step) + 1):
                self.mat("back", (-half, half), (number * step, number * step + 0.015), 0, seam)
