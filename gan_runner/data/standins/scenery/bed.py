"""Beds with their blankets and pillows."""

import math

from gan_runner.data.standins.scenery.shell import Room, Wall
from gan_runner.data.standins.scenery.view import Colour, Span, dimmed, mixed


def bed(room: Room, wall: Wall, a: float, width: float) -> None:
    """Put a bed with its head to a wall: frame, mattress, blanket with a turned-down edge, pillows, headboard."""
    rng, colours = room.rng, room.colours
    length, top, low = rng.uniform(1.9, 2.15), rng.uniform(0.42, 0.66), rng.uniform(0.08, 0.26)
    left, right = a - width / 2, a + width / 2
    blanket, sheet = colours.fabric, colours.pale
    covered = rng.uniform(0.45, 0.8) * length
    throw = rng.random() < 0.5
    board = rng.choice((0.0, rng.uniform(0.25, 0.5), rng.uniform(0.4, 0.9)))
    board_colour = colours.second if rng.random() < 0.3 else colours.wood
    rails, stripes = rng.random() < 0.25, rng.random() < 0.3

    def draw() -> None:
        if board:
            _headboard(room, wall, (left - 0.04, right + 0.04), top + board, board_colour, rails)
        room.box(wall, (left, right), (low - 0.02, low + 0.12), (0.08, length), colours.wood)
        room.box(wall, (left + 0.02, right - 0.02), (low + 0.1, top), (0.08, length - 0.02), sheet)
        _pillows(room, wall, (left, right), top)
        drop = max(0.04, low - rng.uniform(0.0, 0.2))
        room.box(wall, (left - 0.05, right + 0.05), (drop, top + 0.05), (length - covered, length + 0.04), blanket)
        if stripes:
            _stripes(room, wall, (left - 0.05, right + 0.05), (length - covered, length + 0.04), top + 0.052)
        _folds(room, wall, (left, right), (drop, top), (length - covered, length + 0.04))
        turned = rng.uniform(0.12, 0.35)
        edge = mixed(sheet, colours.second, rng.choice((0.0, 0.15, 0.6)))
        fold = (length - covered - 0.02, length - covered + turned)
        room.box(wall, (left - 0.055, right + 0.055), (top - 0.14, top + 0.07), fold, edge)
        if throw:
            start = length - rng.uniform(0.45, 0.75)
            over = (start, start + rng.uniform(0.25, 0.45))
            room.box(wall, (left - 0.06, right + 0.06), (top - 0.22, top + 0.075), over, colours.second)

    room.stand(wall, (left, right), (0.05, length), draw)


def _headboard(room: Room, wall: Wall, a: Span, top: float, colour: Colour, rails: bool) -> None:
    rng = room.rng
    if not rails:
        room.box(wall, a, (0.1, top), (0.0, 0.08), colour)
        parts = rng.choice((1, 2, 3, 5))
        for part in range(parts):
            ends = (a[0] + (a[1] - a[0]) * (part + share) / parts for share in (0.08, 0.92))
            room.panel(wall, (next(ends), next(ends)), (0.5, top - 0.06), dimmed(colour, 1.1), 0.085)
        return
    bars = rng.randint(5, 11)
    for bar in range(bars + 1):
        at = a[0] + (a[1] - a[0] - 0.03) * bar / bars
        room.box(wall, (at, at + 0.03), (0.3, top), (0.02, 0.05), room.colours.metal)
    room.box(wall, a, (top - 0.04, top), (0.02, 0.05), room.colours.metal)


def _pillows(room: Room, wall: Wall, a: Span, top: float) -> None:
    """Paint one to three rows of pillows that lean against the head, smaller ones before."""
    rng, colours = room.rng, room.colours
    number = 2 if a[1] - a[0] > 1.25 else 1
    shades = [colours.pale, mixed(colours.fabric, colours.pale, 0.3), colours.second]
    for row in range(rng.choice((1, 1, 2, 2, 3))):
        tall, count = (0.5 - 0.1 * row) * rng.uniform(0.85, 1.1), max(1, number - (row == 2))
        wide = min((a[1] - a[0]) / number - 0.06, 0.72) * (1 - 0.2 * row)
        middle, spread = (a[0] + a[1]) / 2, (a[1] - a[0]) / number * (1 - 0.12 * row)
        for place in range(count):
            at = middle + (place - (count - 1) / 2) * spread + rng.gauss(0, 0.02)
            pillow(room, wall, at, wide, tall, 0.2 + 0.14 * row, top - 0.03, shades[row])


def pillow(room: Room, wall: Wall, a: float, wide: float, tall: float, out: float, low: float, colour: Colour) -> None:
    """Paint a leaning pillow: a rounded rectangle, dark at its rim and light above."""
    colour = dimmed(colour, room.rng.uniform(0.9, 1.02))
    for grow, rise, tone in ((1.0, 0.0, 0.74), (0.94, 0.015, 0.9), (0.72, 0.06, 1.0)):
        outline = []
        for step in range(20):
            angle = math.tau * step / 20
            across, up = (math.copysign(abs(value) ** 0.5, value) for value in (math.cos(angle), math.sin(angle)))
            y = low + tall * (0.5 + 0.5 * up * grow) * 0.9 + rise
            outline.append(room.at(wall, a + wide / 2 * across * grow, y, out + 0.3 * (low + tall - y) - 0.02))
        room.view.patch(outline, dimmed(colour, tone))


def _stripes(room: Room, wall: Wall, a: Span, b: Span, y: float) -> None:
    rng, colours = room.rng, room.colours
    step = rng.uniform(0.12, 0.4)
    across = rng.random() < 0.5
    colour = rng.choice((colours.second, colours.pale, dimmed(colours.fabric, 0.75)))
    along = a if across else b
    for number in range(int((along[1] - along[0]) / step)):
        start = along[0] + (number + 0.3) * step
        ends = start, start + step * rng.uniform(0.2, 0.5)
        room.mat(wall, ends if across else a, b if across else ends, y, colour, 0.8)


def _folds(room: Room, wall: Wall, a: Span, y: Span, b: Span) -> None:
    """Paint the creases of a blanket: faint lines on top, darker ones where it hangs down."""
    rng, view = room.rng, room.view
    for _ in range(9):
        start, end = (rng.uniform(*a), rng.uniform(*b)), (rng.uniform(*a), rng.uniform(*b))
        width = rng.uniform(0.02, 0.07)
        places = ((start[0], start[1]), (end[0], end[1]), (end[0], end[1] + width), (start[0], start[1] + width))
        tone = rng.choice(((0, 0, 0), (255, 255, 255)))
        view.patch([room.at(wall, one, y[1] + 0.053, other) for one, other in places], tone, 0.09)
    for _ in range(7):
        at = rng.uniform(*a)
        room.panel(wall, (at, at + rng.uniform(0.02, 0.06)), (y[0], y[1]), (0, 0, 0), b[1] + 0.004, 0.12)
