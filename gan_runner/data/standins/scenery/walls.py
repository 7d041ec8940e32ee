"""What is set into walls or hangs on them: windows with curtains, pictures, doors."""

import math

from gan_runner.data.standins.scenery.palette import hue
from gan_runner.data.standins.scenery.shell import Room, Wall
from gan_runner.data.standins.scenery.view import Span, dimmed, mixed


def window(room: Room, wall: Wall, a: float, width: float, bottom: float, top: float, night: bool) -> None:
    """Paint a window with the view through it, and curtains or a blind."""
    rng, colours = room.rng, room.colours
    left, right = a - width / 2, a + width / 2
    sky = (14, 18, 36) if night else mixed((150, 190, 235), (250, 250, 248), rng.random())
    frame = colours.pale if rng.random() < 0.7 else colours.wood
    room.panel(wall, (left - 0.07, right + 0.07), (bottom - 0.07, top + 0.07), frame)
    steps = 4
    for step in range(steps):
        low, high = (bottom + (top - bottom) * (step + part) / steps for part in (0, 1))
        room.panel(wall, (left, right), (low, high), dimmed(sky, 1.25 - 0.06 * step))
    if not night:
        horizon = bottom + (top - bottom) * rng.uniform(0.1, 0.5)
        tree = hue(rng, (0.25, 0.55), (0.35, 0.7), rng.choice((0.3, 0.25, 0.1)))
        room.panel(wall, (left, right), (bottom, horizon), mixed(tree, sky, 0.4))
        for _ in range(6):
            middle, wide, tall = rng.uniform(left, right), rng.uniform(0.05, 0.25) * width, rng.uniform(0.02, 0.3)
            ends = max(left, middle - wide), min(right, middle + wide)
            room.panel(wall, ends, (horizon, min(top, horizon + tall)), mixed(tree, sky, rng.uniform(0.1, 0.6)))
    panes = rng.choice((1, 2, 2, 3))
    for number in range(panes + 1):
        bar = left + (right - left) * number / panes
        room.panel(wall, (max(left, bar - 0.02), min(right, bar + 0.02)), (bottom, top), frame)
    if rng.random() < 0.5:
        middle = bottom + (top - bottom) * rng.choice((0.5, 0.7))
        room.panel(wall, (left, right), (middle - 0.02, middle + 0.02), frame)
    dressing = rng.random()
    if dressing < 0.65:
        _curtains(room, wall, (left, right), bottom, top)
    elif dressing < 0.8:
        room.panel(wall, (left, right), (top - rng.uniform(0.2, 0.6) * (top - bottom), top), colours.pale, 0.03)


def _curtains(room: Room, wall: Wall, opening: Span, bottom: float, top: float) -> None:
    rng = room.rng
    colour = rng.choice((room.colours.second, room.colours.pale, room.colours.fabric))
    low = 0.03 if rng.random() < 0.6 else bottom - 0.12
    share, folds = rng.uniform(0.12, 0.34) * (opening[1] - opening[0]) + 0.12, rng.randint(5, 8)
    for start in (opening[0] - 0.18, opening[1] + 0.18 - share):
        for fold in range(folds):
            ends = start + share * fold / folds, start + share * (fold + 1) / folds
            room.panel(wall, ends, (low, top + 0.15), dimmed(colour, 0.85 + 0.2 * math.sin(2.2 * fold)), 0.06)
    room.panel(wall, (opening[0] - 0.3, opening[1] + 0.3), (top + 0.14, top + 0.18), room.colours.metal, 0.07)


def picture(room: Room, wall: Wall, a: float, y: float, width: float, height: float) -> None:
    """Paint a framed picture: a small landscape, shapes, or a print with a mat."""
    rng = room.rng
    frame = rng.choice((room.colours.wood, room.colours.metal, room.colours.pale, (30, 28, 28)))
    left, right, low, high = a - width / 2, a + width / 2, y - height / 2, y + height / 2
    room.panel(wall, (left - 0.03, right + 0.05), (low - 0.06, high), (0, 0, 0), alpha=0.25)
    mat = hue(rng, (0.05, 0.6), (0.4, 0.95))
    for inset, colour in ((0.0, frame), (0.02, room.colours.pale), (rng.choice((0.03, 0.03, 0.09)), mat)):
        left, right, low, high = left + inset, right - inset, low + inset, high - inset
        room.panel(wall, (left, right), (low, high), colour)
    for _ in range(rng.randint(1, 5)):
        one, other = sorted((rng.uniform(left, right), rng.uniform(left, right)))
        start, end = sorted((rng.uniform(low, high), rng.uniform(low, high)))
        room.panel(wall, (one, other), (start, end), hue(rng, (0.1, 0.7), (0.2, 0.95)))


def door(room: Room, wall: Wall, a: float) -> None:
    """Paint a closed door with two panels and a handle."""
    left, right, height = a - 0.42, a + 0.42, min(2.05, room.height - 0.2)
    colour = room.rng.choice((room.colours.pale, room.colours.wood))
    room.panel(wall, (left - 0.08, right + 0.08), (0, height + 0.08), dimmed(room.colours.pale, 0.95))
    room.panel(wall, (left, right), (0, height), colour)
    for low, high in ((0.15, 0.45), (0.52, 0.93)):
        room.panel(wall, (left + 0.12, right - 0.12), (low * height, high * height), dimmed(colour, 0.88))
    room.panel(wall, (right - 0.09, right - 0.05), (0.98, 1.04), room.colours.metal)
