"""Furniture of bedrooms and living rooms but beds, each piece put on its place by a wall."""

import math

from gan_runner.data.standins.scenery.palette import hue
from gan_runner.data.standins.scenery.shell import Room, Wall
from gan_runner.data.standins.scenery.view import Colour, Span, dimmed, mixed

LAMPLIGHT: Colour = (255, 226, 170)


def nightstand(room: Room, wall: Wall, a: float, lit: bool) -> None:
    """Put a small chest of drawers with a lamp on it."""
    rng = room.rng
    width, top, deep = rng.uniform(0.38, 0.55), rng.uniform(0.42, 0.65), rng.uniform(0.34, 0.45)
    drawers, lamp = rng.choice((1, 2, 3)), rng.random() < 0.85

    def draw() -> None:
        chest(room, wall, (a - width / 2, a + width / 2), top, deep, drawers, 1)
        if lamp:
            table_lamp(room, wall, a, top, deep / 2, lit)

    room.stand(wall, (a - width / 2, a + width / 2), (0.02, deep), draw)


def chest(room: Room, wall: Wall, a: Span, top: float, deep: float, rows: int, columns: int, low: float = 0.05) -> None:
    """Paint a body with ``rows`` x ``columns`` fronts and a handle on each."""
    colour, metal = room.colours.wood, room.colours.metal
    room.box(wall, a, (low, top), (0.02, deep), colour)
    for row in range(rows):
        for column in range(columns):
            left, right = (a[0] + (a[1] - a[0]) * (column + share) / columns for share in (0.05, 0.95))
            bottom, high = (low + (top - low) * (row + share) / rows for share in (0.06, 0.92))
            room.panel(wall, (left, right), (bottom, high), dimmed(colour, 1.1), deep + 0.005)
            middle, up = (left + right) / 2, (bottom + high) / 2
            room.panel(wall, (middle - 0.05, middle + 0.05), (up - 0.012, up + 0.012), metal, deep + 0.02)


def table_lamp(room: Room, wall: Wall, a: float, low: float, b: float, lit: bool) -> None:
    """Paint a lamp with a shade, bright if it is lit."""
    rng, view = room.rng, room.view
    tall, wide = rng.uniform(0.4, 0.62), rng.uniform(0.26, 0.4)
    shade = LAMPLIGHT if lit else mixed(room.colours.pale, room.colours.second, rng.choice((0.0, 0.0, 0.8)))
    view.blob(room.at(wall, a, low + tall * 0.22, b), wide * rng.uniform(0.25, 0.6), tall * 0.44, room.colours.second)
    room.box(wall, (a - 0.015, a + 0.015), (low, low + tall * 0.6), (b - 0.015, b + 0.015), room.colours.metal)
    narrow = rng.uniform(0.5, 0.95) * wide / 2
    corners = ((-wide / 2, 0.5), (wide / 2, 0.5), (narrow, 1.0), (-narrow, 1.0))
    view.patch([room.at(wall, a + across, low + tall * up, b) for across, up in corners], shade)


def wardrobe(room: Room, wall: Wall, a: Span) -> None:
    """Put a wardrobe, a bookcase or a chest with a mirror over it."""
    rng, colours = room.rng, room.colours
    kind, top = rng.choice(("wardrobe", "books", "chest")), rng.uniform(1.7, min(2.3, room.height - 0.1))

    def draw() -> None:
        if kind == "wardrobe":
            chest(room, wall, a, top, 0.58, 1, max(2, round((a[1] - a[0]) / 0.5)))
        elif kind == "books":
            bookcase(room, wall, a, top)
        else:
            chest(room, wall, a, 0.85, 0.48, 3, 2)
            room.panel(wall, (a[0] + 0.1, a[1] - 0.1), (1.0, 1.7), colours.wood)
            room.panel(wall, (a[0] + 0.15, a[1] - 0.15), (1.05, 1.65), mixed(colours.wall, (220, 230, 240), 0.6))

    room.stand(wall, a, (0, 0.58), draw)


def bookcase(room: Room, wall: Wall, a: Span, top: float) -> None:
    """Paint shelves full of books."""
    rng, colour = room.rng, room.colours.wood
    room.box(wall, a, (0.03, top), (0, 0.32), colour)
    shelves = max(3, round(top / 0.36))
    for shelf in range(shelves):
        low, high = (0.03 + (top - 0.03) * (shelf + share) / shelves for share in (0.08, 0.95))
        room.panel(wall, (a[0] + 0.03, a[1] - 0.03), (low, high), dimmed(colour, 0.45), 0.322)
        at = a[0] + 0.05
        while at < a[1] - 0.1:
            thick = rng.uniform(0.03, 0.09)
            if rng.random() < 0.85:
                tall = low + (high - low) * rng.uniform(0.6, 0.92)
                room.panel(wall, (at, at + thick), (low, tall), hue(rng, (0.1, 0.8), (0.25, 0.9)), 0.325)
            at += thick


def rug(room: Room, wall: Wall, a: Span, b: Span) -> None:
    """Paint a rug with a border, or a round one."""
    rng, colours = room.rng, room.colours
    colour = rng.choice((colours.second, colours.pale, colours.fabric, hue(rng, (0.2, 0.7), (0.3, 0.8))))
    if rng.random() < 0.25:
        middle, radius = ((a[0] + a[1]) / 2, (b[0] + b[1]) / 2), ((a[1] - a[0]) / 2, (b[1] - b[0]) / 2)
        for grow, tone in ((1.0, colour), (0.8, dimmed(colour, 0.85)), (0.7, colour)):
            ring = [(math.cos(math.tau * step / 28), math.sin(math.tau * step / 28)) for step in range(28)]
            places = [(middle[0] + grow * radius[0] * x, middle[1] + grow * radius[1] * y) for x, y in ring]
            room.view.patch([room.at(wall, one, 0.012, other) for one, other in places], tone)
        return
    other = rng.choice((dimmed(colour, 0.6), colours.pale, colours.second))
    for inset, tone in ((0.0, colour), (0.07, other), (0.15, colour), (0.5, mixed(colour, other, 0.5))):
        if min(a[1] - a[0], b[1] - b[0]) > 2 * inset:
            room.mat(wall, (a[0] + inset, a[1] - inset), (b[0] + inset, b[1] - inset), 0.012, tone)


def plant(room: Room, wall: Wall, a: float, b: float) -> None:
    """Put a potted plant."""
    rng = room.rng
    tall, colour = rng.uniform(0.6, 1.5), hue(rng, (0.35, 0.7), (0.3, 0.6), 0.31)

    def draw() -> None:
        room.box(wall, (a - 0.13, a + 0.13), (0, 0.3), (b - 0.13, b + 0.13), room.colours.second)
        room.view.foliage(room.at(wall, a, 0.3 + tall / 2, b), tall * 0.8, colour, rng, 30)

    room.stand(wall, (a - 0.13, a + 0.13), (b - 0.13, b + 0.13), draw)


def ceiling_lamp(room: Room, x: float, z: float, lit: bool) -> None:
    """Paint a lamp that hangs from the ceiling."""
    rng, view = room.rng, room.view
    drop, wide = rng.uniform(0.1, 0.7), rng.uniform(0.25, 0.6)
    y = room.height - drop
    view.box((x - 0.01, y, z - 0.01), (x + 0.01, room.height, z + 0.01), room.colours.metal)
    view.blob((x, y, z), wide, wide * rng.uniform(0.3, 0.8), LAMPLIGHT if lit else dimmed(room.colours.pale, 0.9))
