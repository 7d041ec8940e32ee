"""Colours that go together."""

import colorsys
from dataclasses import dataclass
from random import Random

from gan_runner.data.standins.scenery.view import Colour, Span, dimmed

WOODS: tuple[Colour, ...] = (
    (196, 160, 112),
    (168, 124, 80),
    (120, 82, 52),
    (84, 56, 40),
    (226, 222, 214),
    (54, 46, 42),
    (150, 98, 62),
    (206, 184, 150),
)
"""Pine, oak, teak, walnut, white paint, black, cherry, ash."""


@dataclass(frozen=True)
class Palette:
    """The colours of one room."""

    wall: Colour
    accent_wall: Colour
    ceiling: Colour
    floor: Colour
    wood: Colour
    fabric: Colour
    second: Colour
    pale: Colour
    metal: Colour


def hue(rng: Random, saturation: Span, value: Span, around: float | None = None) -> Colour:
    """Return a colour of any hue, or one ``around`` a hue (0 red, 1/3 green, 2/3 blue)."""
    tone = rng.random() if around is None else around + rng.gauss(0, 0.04)
    red, green, blue = colorsys.hsv_to_rgb(tone % 1, rng.uniform(*saturation), rng.uniform(*value))
    return 255 * red, 255 * green, 255 * blue


def palette(rng: Random) -> Palette:
    """Return the colours of a room: quiet walls, one wood, two fabrics of related or opposite hue."""
    base = rng.random()
    kind = rng.random()
    if kind < 0.55:  # white, cream, light grey
        wall = hue(rng, (0.01, 0.14), (0.78, 0.97), 0.11)
    elif kind < 0.9:
        wall = hue(rng, (0.06, 0.28), (0.6, 0.93), base)
    else:
        wall = hue(rng, (0.2, 0.5), (0.35, 0.65), base)
    accent = hue(rng, (0.1, 0.45), (0.35, 0.85), base) if rng.random() < 0.25 else wall
    floor_kind = rng.random()
    if floor_kind < 0.6:
        floor = rng.choice(WOODS)
    elif floor_kind < 0.85:
        floor = hue(rng, (0.03, 0.3), (0.45, 0.8), 0.09)
    else:
        floor = hue(rng, (0.02, 0.35), (0.35, 0.8))
    white = rng.random() < 0.3
    fabric = hue(rng, (0.0, 0.1), (0.82, 0.96)) if white else hue(rng, (0.08, 0.6), (0.3, 0.88))
    return Palette(
        wall=wall,
        accent_wall=accent,
        ceiling=hue(rng, (0.0, 0.06), (0.86, 0.98), 0.11),
        floor=dimmed(floor, rng.uniform(0.75, 1.1)),
        wood=dimmed(rng.choice(WOODS), rng.uniform(0.85, 1.1)),
        fabric=fabric,
        second=hue(rng, (0.1, 0.65), (0.3, 0.9), base + rng.choice((0.0, 0.08, 0.5))),
        pale=hue(rng, (0.0, 0.12), (0.84, 0.98), 0.1),
        metal=rng.choice(((176, 178, 180), (60, 58, 58), (190, 160, 96), (226, 226, 224))),
    )
