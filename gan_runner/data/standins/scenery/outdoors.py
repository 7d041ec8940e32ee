"""Churches, towers and bridges under a sky."""

import math
from itertools import pairwise
from random import Random

from gan_runner.data.standins.scenery.develop import Glow
from gan_runner.data.standins.scenery.palette import hue
from gan_runner.data.standins.scenery.setting import Drawn
from gan_runner.data.standins.scenery.view import Colour, Point, Span, View, dimmed, mixed, painted

FAR = 400.0
"""Metres to the horizon."""
BLUE, GREY, DUSK = ((0.25, 0.65), (0.75, 0.98), 0.58), ((0.02, 0.1), (0.6, 0.9), 0.6), ((0.1, 0.45), (0.7, 0.98), 0.07)
"""Saturation, brightness and hue of skies."""


def church_outdoor(rng: Random, size: tuple[int, int]) -> Drawn:
    """Return a church: nave with a pitched roof and windows, a tower with a spire, trees."""
    view, glows = _land(rng, size, rng.uniform(1.5, 5.0), rng.uniform(0.06, 0.2))
    stone, roof = _stone(rng), rng.choice(((110, 60, 48), (70, 74, 84), (92, 110, 100), (60, 52, 48)))
    x, z, high = rng.uniform(-4, 4), rng.uniform(26, 36), rng.uniform(5, 9)
    long, wide = rng.uniform(10, 22), rng.uniform(7, 12)
    side, broad, tall = rng.choice((-1, 1)), rng.uniform(4.0, 6.0), high * rng.uniform(1.4, 2.3)
    _trees(view, rng, z + wide + 10, rng.randint(4, 10))
    nave, base = sorted((x, x + side * long)), sorted((x, x - side * broad))
    front = z + rng.uniform(-1.0, 1.0)
    view.shadow(min(nave[0], base[0]) - 1, max(nave[1], base[1]) + 2, z, z + wide, 0.5, 0.02)
    _pitched(view, (nave[0], nave[1]), (z, z + wide), high, high + rng.uniform(0.3, 0.65) * wide, stone, roof)
    _arches(
        view, (nave[0], nave[1]), 0.25 * high, rng.uniform(0.35, 0.6) * high, z - 0.01, rng.randint(3, 6), (40, 44, 60)
    )
    view.box((base[0], 0, front), (base[1], tall, front + broad), dimmed(stone, 1.04))
    for level in (0.0, 0.45, 0.72):
        _arches(view, (base[0], base[1]), level * tall, 0.2 * tall, front - 0.01, 1 if level == 0 else 2, (36, 38, 50))
    spire = tall * rng.uniform(0.3, 0.9)
    _spire(view, (base[0] - 0.3, base[1] + 0.3), (front - 0.3, front + broad + 0.3), tall, spire, roof)
    _trees(view, rng, rng.uniform(14, 20), rng.randint(0, 3))
    return view, glows


def tower(rng: Random, size: tuple[int, int]) -> Drawn:
    """Return a tower seen from below: storeys that step in, windows, battlements, a dome or a spire."""
    view, glows = _land(rng, size, 1.7, rng.uniform(0.16, 0.3))
    stone, roof = _stone(rng), hue(rng, (0.1, 0.5), (0.3, 0.7), rng.choice((0.03, 0.45, 0.6)))
    z, middle, half, y = rng.uniform(30, 46), rng.uniform(-4, 4), rng.uniform(3.5, 6.5), 0.0
    _trees(view, rng, z + 14, rng.randint(3, 8))
    storeys = rng.randint(2, 6)
    total = rng.uniform(15, 28)
    for _ in range(storeys):
        tall = total / storeys * rng.uniform(0.8, 1.2)
        ends = (middle - half, middle + half)
        view.box((ends[0], y, z - half), (ends[1], y + tall, z + half), dimmed(stone, rng.uniform(0.94, 1.05)))
        arches = rng.randint(1, 4)
        _arches(view, ends, y + 0.25 * tall, 0.45 * tall, z - half - 0.01, arches, (38, 38, 46))
        ledge = half + 0.35
        view.box(
            (middle - ledge, y + tall - 0.5, z - ledge), (middle + ledge, y + tall, z + ledge), dimmed(stone, 1.08)
        )
        y, half = y + tall, half * rng.uniform(0.78, 1.0)
    top = rng.choice(("spire", "spire", "teeth", "dome"))
    if top == "spire":
        _spire(view, (middle - half, middle + half), (z - half, z + half), y, rng.uniform(1.5, 4.0) * half, roof)
    elif top == "dome":
        view.blob((middle, y + 0.2 * half, z), 1.8 * half, 2.2 * half, roof)
        view.box((middle - 0.1, y + half, z - 0.1), (middle + 0.1, y + 2.2 * half, z + 0.1), roof)
    else:
        for tooth in range(5):
            left = middle - half + 2 * half * tooth / 5
            view.box((left, y, z - half), (left + 0.24 * half, y + 0.25 * half, z - half + 0.5), stone)
    _trees(view, rng, rng.uniform(16, 22), rng.randint(0, 3))
    return view, glows


def bridge(rng: Random, size: tuple[int, int]) -> Drawn:
    """Return a bridge over water: stone arches, a deck on piers, or cables between two pylons."""
    view, glows = _land(rng, size, rng.uniform(2.5, 9.0), rng.uniform(-0.05, 0.08), water=True)
    z, deck, deep = rng.uniform(35, 60), rng.uniform(5, 12), rng.uniform(4, 9)
    start, end = -rng.uniform(45, 70), rng.uniform(45, 70)
    colour = rng.choice((_stone(rng), (150, 60, 48), (120, 126, 130), (70, 90, 100)))
    kind, spans = rng.choice(("arches", "piers", "cables")), rng.randint(3, 8)
    view.patch([(start, 0.02, z), (end, 0.02, z), (end, 0.02, z - 3), (start, 0.02, z - 3)], (20, 30, 40), 0.35)
    view.box((start, deck, z), (end, deck + rng.uniform(0.6, 1.6), z + deep), colour)
    for span in range(spans + 1):
        x = start + (end - start) * span / spans
        if kind != "cables":
            view.box((x - 1.1, 0, z), (x + 1.1, deck, z + deep), dimmed(colour, 0.94))
        if kind == "arches" and span < spans:
            _arched(view, x, x + (end - start) / spans, deck, z - 0.05, dimmed(colour, view.shade((0, 0, -1))))
    for rail in range(60):
        x = start + (end - start) * rail / 60
        view.box((x, deck + 0.6, z), (x + 0.12, deck + 2.2, z + 0.12), dimmed(colour, 0.7))
    if kind == "cables":
        _cables(view, rng, (start, end), deck, (z, z + deep), colour)
    return view, glows


def _land(rng: Random, size: tuple[int, int], eye: float, pitch: float, water: bool = False) -> tuple[View, list[Glow]]:
    """Return a view with sky, clouds and ground, and the light of the sun."""
    light = rng.uniform(-1, 1), rng.uniform(0.4, 1.2), rng.uniform(-1.2, -0.2)
    view = View(size, (rng.uniform(-8, 8), eye, 0), rng.gauss(0, 0.08), pitch, rng.uniform(0.85, 1.3), light)
    top = hue(rng, *rng.choice((BLUE, BLUE, BLUE, GREY, DUSK)))
    low = mixed(top, (250, 246, 236), rng.uniform(0.3, 0.8))
    bands = 24
    for band in range(bands):
        rows = view.height * band // bands, view.height * (band + 1) // bands
        tone = mixed(top, low, band / bands)
        view.opaque.rectangle((0, rows[0], view.width, rows[1]), fill=painted(tone))
    for _ in range(rng.choice((0, 10, 25, 45))):
        place = rng.uniform(-300, 300), rng.uniform(40, 260), FAR
        view.blob(place, rng.uniform(20, 120), rng.uniform(6, 25), (250, 250, 252), rng.uniform(0.08, 0.3))
    ground = hue(rng, (0.1, 0.55), (0.35, 0.65), 0.55 if water else rng.choice((0.25, 0.12)))
    for share in (1.0, 0.45, 0.2, 0.1, 0.05):
        corners: list[Point] = [(-FAR, 0, -1), (FAR, 0, -1), (FAR, 0, FAR * share), (-FAR, 0, FAR * share)]
        view.patch(corners, mixed(ground, low, 0.55 * share))
    if water:
        for _ in range(50):
            x, z = rng.uniform(-60, 60), rng.uniform(6, 120)
            ripple: list[Point] = [(x, 0, z), (x + rng.uniform(1, 9), 0, z), (x + 4, 0, z + rng.uniform(0.2, 1.0))]
            view.patch(ripple, mixed(ground, low, rng.random()), 0.5)
        _trees(view, rng, FAR * 0.4, rng.randint(6, 16), 3.0)
    strength = rng.uniform(0.02, 0.2)
    return view, [Glow(rng.random(), rng.uniform(0, 0.3), 0.4, (strength, strength, 0.9 * strength))]


def _stone(rng: Random) -> Colour:
    sand, brick = hue(rng, (0.03, 0.3), (0.55, 0.95), 0.1), hue(rng, (0.3, 0.55), (0.45, 0.7), 0.03)
    return rng.choice((sand, brick, (236, 234, 228)))


def _trees(view: View, rng: Random, z: float, count: int, grow: float = 1.0) -> None:
    colour = hue(rng, (0.3, 0.65), (0.2, 0.5), rng.choice((0.28, 0.33, 0.12)))
    for _ in range(count):
        x, tall = rng.choice((-1, 1)) * rng.uniform(0.25, 1.1) * z, grow * rng.uniform(3.5, 9.0)
        view.box((x - 0.2, 0, z), (x + 0.2, 0.5 * tall, z + 0.4), (70, 54, 42))
        view.foliage((x, 0.62 * tall, z), 0.8 * tall, dimmed(colour, rng.uniform(0.8, 1.2)), rng, 26)


def _pitched(view: View, x: Span, z: Span, high: float, ridge: float, wall: Colour, roof: Colour) -> None:
    """Paint a body whose roof has its ridge along x."""
    middle, over = (z[0] + z[1]) / 2, 0.4
    view.box((x[0], 0, z[0]), (x[1], high, z[1]), wall)
    for end, normal in ((x[0], (-1, 0, 0)), (x[1], (1, 0, 0))):
        if (view.eye[0] - end) * normal[0] > 0:
            view.patch([(end, high, z[0]), (end, high, z[1]), (end, ridge, middle)], dimmed(wall, view.shade(normal)))
    left, right = x[0] - over, x[1] + over
    slope: list[Point] = [(left, high - 0.2, z[0] - over), (right, high - 0.2, z[0] - over)]
    slope += [(right, ridge, middle), (left, ridge, middle)]
    view.patch(slope, dimmed(roof, view.shade((0, 0.7, -0.7))))


def _spire(view: View, x: Span, z: Span, low: float, tall: float, colour: Colour) -> None:
    """Paint a pyramid: first the side that is turned away."""
    tip = (x[0] + x[1]) / 2, low + tall, (z[0] + z[1]) / 2
    sides = [((x[0], low, z[0]), (x[0], low, z[1]), (-1, 0, 0)), ((x[1], low, z[0]), (x[1], low, z[1]), (1, 0, 0))]
    if view.eye[0] > tip[0]:
        sides.reverse()
    sides = [sides[1], sides[0], ((x[0], low, z[0]), (x[1], low, z[0]), (0, 0, -1))]
    for one, other, normal in sides:
        view.patch([one, other, tip], dimmed(colour, view.shade(normal)))


def _arches(view: View, x: Span, low: float, tall: float, z: float, count: int, colour: Colour) -> None:
    """Paint a row of windows with round tops on a wall that faces the camera."""
    pitch = (x[1] - x[0]) / count
    for number in range(count):
        middle, half = x[0] + (number + 0.5) * pitch, min(0.28 * pitch, 0.3 * tall)
        outline: list[Point] = [(middle - half, low, z), (middle + half, low, z)]
        outline += [
            (middle + half * math.cos(math.pi * step / 8), low + tall - half + half * math.sin(math.pi * step / 8), z)
            for step in range(9)
        ]
        view.patch(outline, colour)


def _arched(view: View, left: float, right: float, deck: float, z: float, colour: Colour) -> None:
    """Fill the corners between two piers and the deck, which leaves an arch open."""
    middle, half = (left + right) / 2, (right - left) / 2 - 0.8
    curve = [(math.cos(math.pi * step / 16), math.sin(math.pi * step / 16)) for step in range(17)]
    outline: list[Point] = [(middle + half * x, 0.1 * deck + 0.8 * deck * y, z) for x, y in curve]
    outline += [(left, 0.1 * deck, z), (left, deck, z), (right, deck, z), (right, 0.1 * deck, z)]
    view.patch(outline, colour)


def _cables(view: View, rng: Random, x: Span, deck: float, z: Span, colour: Colour) -> None:
    """Paint two pylons and the cables that hang from them."""
    span, top = x[1] - x[0], deck + rng.uniform(10, 22)
    pylons = [x[0] + share * span for share in (0.28, 0.72)]
    for pylon in pylons:
        for depth in reversed(z):
            view.box((pylon - 0.8, 0, depth - 0.5), (pylon + 0.8, top, depth + 0.5), colour)
    points: list[Point] = []
    for step in range(49):
        share = abs(step / 48 - 0.5)
        sag = (share / 0.22) ** 2 if share < 0.22 else 1 - (share - 0.22) / 0.28  # a parabola between the pylons
        points.append((x[0] + span * step / 48, deck + 1 + (top - deck - 1) * sag, z[0]))
    for one, other in pairwise(points):
        view.patch([one, other, (other[0], other[1] - 0.35, z[0]), (one[0], one[1] - 0.35, z[0])], dimmed(colour, 0.75))
        view.box((one[0], deck, z[0]), (one[0] + 0.1, one[1], z[0] + 0.1), dimmed(colour, 0.85))
