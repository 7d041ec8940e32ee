"""What kitchens, dining rooms, offices, schools and restaurants are furnished with."""

import math
from typing import Literal

from gan_runner.data.standins.scenery.bed import pillow
from gan_runner.data.standins.scenery.furniture import chest
from gan_runner.data.standins.scenery.palette import hue
from gan_runner.data.standins.scenery.shell import Room, Wall
from gan_runner.data.standins.scenery.view import Colour, Span, dimmed, mixed


def table(room: Room, a: Span, b: Span, top: float, colour: Colour) -> None:
    """Put a table with four legs and a few things on it: ``a`` across the room, ``b`` from its back."""
    rng = room.rng
    laid = rng.randint(0, 5)

    def draw() -> None:
        _legs(room, a, b, top, dimmed(colour, 0.8), 0.06)
        room.box("back", a, (top - 0.05, top), b, colour)
        for _ in range(laid):
            _thing(room, rng.uniform(a[0] + 0.15, a[1] - 0.15), rng.uniform(b[0] + 0.1, b[1] - 0.1), top)

    room.stand("back", a, b, draw)


def _thing(room: Room, a: float, b: float, y: float) -> None:
    """Paint what may stand or lie on a table: a plate, a sheet, a book, a cup, a vase with flowers."""
    rng, colour = room.rng, hue(room.rng, (0.0, 0.5), (0.45, 0.97))
    kind = rng.choice(("plate", "sheet", "book", "cup", "flowers"))
    if kind == "plate":
        ring = [(0.11 * math.cos(math.tau * step / 16), 0.11 * math.sin(math.tau * step / 16)) for step in range(16)]
        room.view.patch([room.at("back", a + one, y + 0.01, b + other) for one, other in ring], room.colours.pale)
    elif kind == "cup":
        room.box("back", (a - 0.035, a + 0.035), (y, y + 0.1), (b - 0.035, b + 0.035), colour)
    elif kind == "flowers":
        room.box("back", (a - 0.04, a + 0.04), (y, y + 0.16), (b - 0.04, b + 0.04), room.colours.pale)
        room.view.foliage(room.at("back", a, y + 0.24, b), 0.2, colour, rng, 14)
    else:
        thick, half = 0.002 if kind == "sheet" else 0.03, rng.uniform(0.06, 0.15)
        colour = mixed(colour, room.colours.pale, 0.5)
        room.box("back", (a - half, a + half), (y, y + thick), (b - 0.1, b + 0.1), colour)


def _legs(room: Room, a: Span, b: Span, top: float, colour: Colour, thick: float) -> None:
    """Paint four legs, the farther pair first."""
    for out in (b[0], b[1] - thick):
        for along in (a[0], a[1] - thick):
            room.box("back", (along, along + thick), (0, top), (out, out + thick), colour)


def chair(room: Room, a: float, b: float, back: Literal["near", "far", "left", "right"], colour: Colour) -> None:
    """Put a chair whose back is on the given side, as the camera sees it."""
    half, seat, thick, high = 0.22, 0.46, 0.05, room.rng.uniform(0.82, 1.02)
    along, out = (a - half, a + half), (b - half, b + half)
    rest = {
        "near": (along, (out[1] - thick, out[1])),
        "far": (along, (out[0], out[0] + thick)),
        "left": ((along[0], along[0] + thick), out),
        "right": ((along[1] - thick, along[1]), out),
    }[back]

    def draw() -> None:
        if back != "near":
            room.box("back", rest[0], (seat, high), rest[1], colour)
        _legs(room, along, out, seat, dimmed(colour, 0.7), 0.04)
        room.box("back", along, (seat - thick, seat), out, mixed(colour, room.colours.second, 0.3))
        if back == "near":
            room.box("back", rest[0], (seat, high), rest[1], colour)

    room.stand("back", along, out, draw)


def sofa(room: Room, wall: Wall, a: Span, b: float, colour: Colour) -> None:
    """Put a sofa with arms, cushions and pillows, its back ``b`` from a wall."""
    rng, deep = room.rng, room.rng.uniform(0.8, 1.0)
    seats, loose = max(1, round((a[1] - a[0]) / 0.75)), rng.randint(0, 4)

    def draw() -> None:
        room.box(wall, a, (0.1, 0.85), (b, b + 0.25), colour)
        for seat in range(seats):
            left, right = (a[0] + 0.15 + (a[1] - a[0] - 0.3) * (seat + share) / seats for share in (0.02, 0.98))
            room.box(wall, (left, right), (0.2, 0.46), (b + 0.2, b + deep), dimmed(colour, 1.06))
            room.panel(wall, (left, right), (0.47, 0.82), dimmed(colour, 1.1), b + 0.27)
        for _ in range(loose):
            along = rng.uniform(a[0] + 0.3, a[1] - 0.3)
            pillow(room, wall, along, 0.45, 0.4, b + 0.35, 0.45, rng.choice((room.colours.second, room.colours.pale)))
        for along in (a[0], a[1] - 0.16):
            room.box(wall, (along, along + 0.16), (0.08, 0.62), (b, b + deep), dimmed(colour, 0.97))

    room.stand(wall, a, (b, b + deep), draw)


def counter(room: Room, wall: Wall, a: Span, stove_at: float | None, upper: bool) -> None:
    """Put a kitchen counter: cupboards below, a worktop, tiles, cupboards above, perhaps a stove with its hood."""
    rng, colours = room.rng, room.colours
    top, deep, units = 0.9, 0.62, max(1, round((a[1] - a[0]) / rng.uniform(0.45, 0.65)))
    stone = rng.choice((colours.pale, (60, 60, 64), (150, 140, 130), colours.wood))
    tiles = rng.choice((colours.pale, hue(rng, (0.05, 0.5), (0.5, 0.95))))
    rows, things = rng.choice((1, 1, 2)), rng.randint(2, 6)

    def draw() -> None:
        room.panel(wall, a, (top, 1.45), tiles, 0.02)
        for line in range(1, 5):
            room.panel(wall, a, (top + 0.11 * line, top + 0.11 * line + 0.008), dimmed(tiles, 0.85), 0.022)
        if upper:
            chest(room, wall, a, min(2.2, room.height - 0.05), 0.36, 1, units, 1.45)
        chest(room, wall, a, top - 0.04, deep, rows, units, 0.1)
        room.box(wall, a, (top - 0.04, top), (0.0, deep + 0.03), stone)
        for _ in range(things):
            along, wide, tall = rng.uniform(*a), rng.uniform(0.08, 0.25), rng.uniform(0.1, 0.35)
            ends = along - wide / 2, along + wide / 2
            room.box(wall, ends, (top, top + tall), (0.15, 0.15 + wide), hue(rng, (0.0, 0.7), (0.3, 0.95)))
        if stove_at is not None:
            _stove(room, wall, stove_at, top, deep)

    room.stand(wall, a, (0, deep), draw)


def _stove(room: Room, wall: Wall, a: float, top: float, deep: float) -> None:
    ends, steel = (a - 0.3, a + 0.3), room.rng.choice(((200, 202, 204), (40, 40, 42), (236, 236, 232)))
    room.box(wall, ends, (0.06, top + 0.01), (0.0, deep + 0.02), steel)
    room.panel(wall, (a - 0.24, a + 0.24), (0.3, 0.62), (24, 22, 22), deep + 0.03)
    room.panel(wall, (a - 0.24, a + 0.24), (0.66, 0.69), (120, 122, 124), deep + 0.04)
    for knob in range(5):
        room.view.blob(room.at(wall, a - 0.2 + 0.1 * knob, 0.8, deep + 0.04), 0.05, 0.05, (20, 20, 20))
    room.mat(wall, ends, (0.05, deep - 0.02), top + 0.012, (26, 26, 28))
    room.box(wall, (a - 0.32, a + 0.32), (1.55, 1.68), (0.0, 0.45), steel)
    room.box(wall, (a - 0.12, a + 0.12), (1.68, room.height - 0.02), (0.0, 0.25), steel)


def fridge(room: Room, wall: Wall, a: float) -> None:
    """Put a refrigerator."""
    rng = room.rng
    colour = rng.choice(((236, 236, 234), (190, 192, 196), (44, 44, 46), hue(rng, (0.2, 0.6), (0.5, 0.9))))
    top, split = rng.uniform(1.6, 1.9), rng.choice((0.55, 1.2))

    def draw() -> None:
        room.box(wall, (a - 0.33, a + 0.33), (0.04, top), (0.0, 0.68), colour)
        room.panel(wall, (a - 0.33, a + 0.33), (split, split + 0.015), dimmed(colour, 0.5), 0.685)
        for low, high in ((split - 0.4, split - 0.05), (split + 0.06, split + 0.4)):
            room.box(wall, (a + 0.24, a + 0.27), (low, high), (0.68, 0.72), dimmed(colour, 0.7))

    room.stand(wall, (a - 0.33, a + 0.33), (0, 0.68), draw)


def screen(room: Room, wall: Wall, a: float, y: float, width: float, colour: Colour) -> None:
    """Paint a board or a screen: a dark or light rectangle in a frame, with some strokes on it."""
    tall = 0.58 * width
    for rim, tone in ((0.05, room.colours.wood), (0.0, colour)):
        ends = a - width / 2 - rim, a + width / 2 + rim
        room.panel(wall, ends, (y - tall / 2 - rim, y + tall / 2 + rim), tone, 0.02)
    for _ in range(room.rng.randint(0, 7)):
        left, low = a + room.rng.uniform(-0.45, 0.2) * width, y + room.rng.uniform(-0.4, 0.4) * tall
        stroke = left, left + room.rng.uniform(0.05, 0.25) * width
        room.panel(wall, stroke, (low, low + 0.025), mixed(colour, (255, 255, 255), 0.5), 0.025)


def light_panels(room: Room, rows: int) -> None:
    """Paint flat lamps set into the ceiling."""
    y, step = room.height - 0.005, room.depth / (rows + 1)
    for row in range(1, rows + 1):
        for x in (-0.25 * room.width, 0.25 * room.width):
            corners = [(x - 0.3, row * step - 0.3), (x + 0.3, row * step - 0.3), (x + 0.3, row * step + 0.3)]
            corners.append((x - 0.3, row * step + 0.3))
            room.view.patch([(one, y, other) for one, other in corners], (255, 252, 240))
