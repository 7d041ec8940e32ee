"""Kitchens, living and dining rooms, conference and class rooms, restaurants."""

from random import Random

from gan_runner.data.standins.scenery import fittings, furniture
from gan_runner.data.standins.scenery.setting import Drawn, daylight, empty_room, finished
from gan_runner.data.standins.scenery.shell import Room, Wall
from gan_runner.data.standins.scenery.view import Colour
from gan_runner.data.standins.scenery.walls import picture


def kitchen(rng: Random, size: tuple[int, int]) -> Drawn:
    """Return a kitchen: counters along the back and perhaps one side, stove, fridge, window, perhaps a table."""
    room = empty_room(rng, size, (2.6, 4.4), (2.8, 4.6), (rng.uniform(-0.2, 0.2), 0.8))
    room.build()
    glows = daylight(room, rng.choice((("back",), ("left",), ("right",), ("back", "left"))), low=1.05)
    half = room.width / 2
    stove = rng.uniform(-0.5, 0.5) * half
    cold = rng.choice((-1, 1))
    ends = (-half + 0.75, half) if cold < 0 else (-half, half - 0.75)
    fittings.counter(room, "back", ends, stove, upper=rng.random() < 0.75)
    fittings.fridge(room, "back", cold * (half - 0.38))
    side: Wall = "left" if cold > 0 else "right"
    if rng.random() < 0.6:
        fittings.counter(room, side, (0.7, rng.uniform(1.6, 0.75 * room.depth)), None, upper=rng.random() < 0.6)
    if rng.random() < 0.5:
        out, wide = room.depth * rng.uniform(0.45, 0.55), rng.uniform(0.5, 0.8)
        at = rng.uniform(-0.15, 0.15) * room.width
        if rng.random() < 0.5:
            fittings.table(room, (at - wide, at + wide), (out - 0.35, out + 0.35), 0.76, room.colours.wood)
        else:
            room.stand("back", (at - wide, at + wide), (out - 0.3, out + 0.3), lambda: _island(room, at, wide, out))
    return finished(room, glows, lamps=rng.choice((0, 1, 1, 2)))


def _island(room: Room, a: float, wide: float, out: float) -> None:
    furniture.chest(room, "back", (a - wide, a + wide), 0.86, out + 0.3, 1, 3)
    room.box("back", (a - wide - 0.05, a + wide + 0.05), (0.86, 0.9), (out - 0.35, out + 0.35), room.colours.pale)


def living_room(rng: Random, size: tuple[int, int]) -> Drawn:
    """Return a living room: sofas, a low table on a rug, a screen or pictures, shelves, plants."""
    room = empty_room(rng, size, (3.8, 6.0), (4.0, 6.0), (rng.uniform(-0.15, 0.15), 0.7))
    room.build()
    glows = daylight(room, rng.choice((("left",), ("right",), ("back",), ("left", "back"))), low=rng.choice((0.1, 0.7)))
    wide, at = rng.uniform(1.5, 2.3), rng.uniform(-0.12, 0.12) * room.width
    colour = rng.choice((room.colours.fabric, room.colours.second, room.colours.pale))
    far = rng.uniform(1.3, 1.8)
    furniture.rug(room, "back", (at - wide / 2 - 0.4, at + wide / 2 + 0.4), (0.6, far + 1.1))
    fittings.sofa(room, "back", (at - wide / 2, at + wide / 2), rng.uniform(0.02, 0.2), colour)
    fittings.table(room, (at - 0.5, at + 0.5), (far - 0.1, far + 0.5), rng.uniform(0.35, 0.48), room.colours.wood)
    side: Wall = rng.choice(("left", "right"))
    if rng.random() < 0.6:
        fittings.sofa(room, side, (1.2, rng.uniform(2.1, 3.2)), 0.05, colour)
    other: Wall = "right" if side == "left" else "left"
    if rng.random() < 0.6:
        furniture.wardrobe(room, other, (0.6, rng.uniform(1.4, 2.2)))
    if rng.random() < 0.4:
        fittings.screen(room, other, rng.uniform(2.0, 2.8), 1.2, rng.uniform(0.9, 1.3), (18, 18, 22))
    for number in range(rng.randint(0, 3)):
        wide, tall = rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7)
        picture(room, "back", at + (number - 1) * 0.75, rng.uniform(1.45, 1.7), wide, tall)
    if rng.random() < 0.6:
        furniture.plant(room, other, rng.uniform(0.3, 0.5), 0.4)
    return finished(room, glows, lamps=rng.choice((0, 0, 1)))


def dining_room(rng: Random, size: tuple[int, int]) -> Drawn:
    """Return a dining room: one table with chairs around it, a lamp over it, a sideboard."""
    room = empty_room(rng, size, (3.4, 5.2), (3.8, 5.4), (rng.uniform(-0.1, 0.1), 0.6))
    room.build()
    glows = daylight(room, rng.choice((("left",), ("right",), ("back",))), low=rng.choice((0.1, 0.7)))
    if rng.random() < 0.6:
        furniture.rug(room, "back", (-1.5, 1.5), (0.8, 3.0))
    out, at = room.depth * rng.uniform(0.4, 0.48), rng.uniform(-0.1, 0.1) * room.width
    seats = rng.choice((room.colours.wood, room.colours.fabric))
    _set_table(room, at, out, rng.uniform(1.4, 2.1), rng.uniform(0.85, 1.1), seats)
    wide = rng.uniform(0.5, 0.9)
    if rng.random() < 0.5:
        body = (at - wide, at + wide)
        room.stand("back", body, (0, 0.45), lambda: furniture.chest(room, "back", body, 0.85, 0.45, 2, 3))
    picture(room, "back", at, 1.55, rng.uniform(0.4, 1.2), rng.uniform(0.4, 0.7))
    if rng.random() < 0.4:
        furniture.plant(room, rng.choice(("left", "right")), 0.5, 0.4)
    return finished(room, glows, lamps=1)


def _set_table(room: Room, a: float, b: float, wide: float, deep: float, seats: Colour) -> None:
    """Put a table with chairs on its four sides."""
    count = max(1, round(wide / 0.65))
    fittings.table(room, (a - wide / 2, a + wide / 2), (b - deep / 2, b + deep / 2), 0.76, room.colours.wood)
    for number in range(count):
        at = a + wide * ((number + 0.5) / count - 0.5)
        fittings.chair(room, at, b - deep / 2 - 0.12, "far", seats)
        fittings.chair(room, at, b + deep / 2 + 0.12, "near", seats)
    fittings.chair(room, a - wide / 2 - 0.15, b, "left", seats)
    fittings.chair(room, a + wide / 2 + 0.15, b, "right", seats)


def conference_room(rng: Random, size: tuple[int, int]) -> Drawn:
    """Return a conference room: a long table that leads to a screen, chairs along it, lamps in the ceiling."""
    room = empty_room(rng, size, (4.2, 6.5), (5.5, 8.0), (0.0, 0.8))
    room.build()
    glows = daylight(room, rng.choice((("left",), ("right",), (), ("left", "right"))), low=0.8)
    shown = rng.choice(((240, 240, 244), (20, 22, 30), (60, 90, 150)))
    fittings.screen(room, "back", 0, 1.5, rng.uniform(1.4, 2.2), shown)
    wide, end = rng.uniform(1.1, 1.7), room.depth * rng.uniform(0.6, 0.72)
    colour = rng.choice((room.colours.fabric, (40, 40, 44), room.colours.second))
    fittings.table(room, (-wide / 2, wide / 2), (1.3, end), 0.75, room.colours.wood)
    count = int((end - 1.3) / rng.uniform(0.65, 0.85))
    for number in range(count):
        out = 1.5 + (end - 1.5) * (number + 0.3) / count
        fittings.chair(room, -wide / 2 - 0.2, out, "left", colour)
        fittings.chair(room, wide / 2 + 0.2, out, "right", colour)
    fittings.light_panels(room, rng.choice((2, 3)))
    return finished(room, glows, lamps=0)


def classroom(rng: Random, size: tuple[int, int]) -> Drawn:
    """Return a class room: rows of desks with chairs before a board, windows on one side."""
    room = empty_room(rng, size, (5.5, 7.5), (6.0, 8.0), (0.0, 0.7))
    room.build()
    glows = daylight(room, (rng.choice(("left", "right")),), low=0.9, count=3)
    board = rng.choice(((34, 70, 54), (36, 38, 40), (240, 242, 244)))
    fittings.screen(room, "back", rng.uniform(-0.5, 0.5), 1.6, rng.uniform(2.0, 2.8), board)
    colour, chairs = room.colours.wood, room.colours.fabric
    columns, rows = rng.choice((3, 4)), rng.choice((3, 4))
    for row in range(rows):
        out = 1.6 + (room.depth * 0.78 - 1.6) * row / rows
        for column in range(columns):
            at = (column - (columns - 1) / 2) * room.width * 0.85 / columns + rng.gauss(0, 0.04)
            fittings.table(room, (at - 0.45, at + 0.45), (out, out + 0.45), 0.72, colour)
            fittings.chair(room, at, out + 0.68, "near", chairs)
    fittings.light_panels(room, 3)
    return finished(room, glows, lamps=0)


def restaurant(rng: Random, size: tuple[int, int]) -> Drawn:
    """Return a restaurant: small laid tables, a bar with bottles, lamps that hang low."""
    room = empty_room(rng, size, (5.0, 7.0), (5.5, 7.5), (rng.uniform(-0.1, 0.1), 0.7))
    room.build()
    glows = daylight(room, rng.choice((("left",), ("right",), ())), low=0.4, count=2)
    half = room.width / 2
    if rng.random() < 0.6:
        bar = (-half + 0.5, half - rng.uniform(0.5, 2.0))
        room.stand("back", bar, (0, 0.4), lambda: furniture.bookcase(room, "back", bar, 2.0))
        room.stand("back", bar, (0.8, 1.2), lambda: furniture.chest(room, "back", bar, 1.1, 1.2, 1, 6))
    else:
        for number in range(3):
            picture(room, "back", (number - 1) * 1.4, 1.6, rng.uniform(0.5, 1.0), rng.uniform(0.4, 0.8))
    columns = rng.choice((2, 3))
    for row in range(rng.choice((2, 3))):
        for column in range(columns):
            at = (column - (columns - 1) / 2) * room.width * 0.8 / columns + rng.gauss(0, 0.1)
            out = 1.9 + 1.55 * row + rng.gauss(0, 0.08)
            if out < 0.85 * room.depth:
                fittings.table(room, (at - 0.4, at + 0.4), (out - 0.4, out + 0.4), 0.75, room.colours.pale)
                fittings.chair(room, at - 0.6, out, "left", room.colours.wood)
                fittings.chair(room, at + 0.6, out, "right", room.colours.wood)
    return finished(room, glows, lamps=rng.choice((2, 3, 4)))
