"""Bedrooms."""

from random import Random

from gan_runner.data.standins.scenery import furniture
from gan_runner.data.standins.scenery.bed import bed
from gan_runner.data.standins.scenery.develop import Glow
from gan_runner.data.standins.scenery.setting import Drawn, empty_room, glow
from gan_runner.data.standins.scenery.shell import Room, Wall
from gan_runner.data.standins.scenery.walls import door, picture, window


def bedroom(rng: Random, size: tuple[int, int]) -> Drawn:
    """Return a bedroom: bed, nightstands, windows, pictures, a wardrobe, a rug; and its light."""
    wall: Wall = rng.choice(("back", "back", "left", "right"))
    side = rng.uniform(-0.18, 0.18) if wall == "back" else (-0.25 if wall == "left" else 0.25)
    room = empty_room(rng, size, (3.1, 5.0), (3.6, 5.6), (side, 0.75))
    night, lit = rng.random() < 0.12, rng.random() < 0.4
    room.build()
    width = rng.choice((0.95, 1.2, 1.5, 1.7, 1.9))
    if wall == "back":
        a = max(-room.width / 2 + width / 2 + 0.1, min(room.width / 2 - width / 2 - 0.1, side * room.width))
    else:
        a = rng.uniform(width / 2 + 0.1, max(width / 2 + 0.2, 0.5 * room.depth))
    glows = _windows(room, wall, night or (lit and rng.random() < 0.3))
    _wall_above(room, wall, a)
    if rng.random() < 0.75:
        reach = width / 2 + rng.uniform(0.3, 1.0)
        furniture.rug(room, wall, (a - reach, a + reach), (rng.uniform(0.5, 1.3), rng.uniform(2.3, 3.1)))
    bed(room, wall, a, width)
    limit = (-room.width / 2, room.width / 2) if wall == "back" else (0.0, room.depth)
    for direction in (-1, 1):
        at = a + direction * (width / 2 + rng.uniform(0.3, 0.42))
        if limit[0] + 0.25 < at < limit[1] - 0.25 and rng.random() < 0.85:
            furniture.nightstand(room, wall, at, lit)
            if lit:
                glows.append(glow(room, wall, at, 0.95, 0.35, 0.2, 0.16))
    _others(room, wall)
    room.furnish()
    if rng.random() < 0.45:
        furniture.ceiling_lamp(room, rng.uniform(-0.5, 0.5), room.depth * rng.uniform(0.5, 0.75), lit)
    return room.view, glows


def _windows(room: Room, bed_wall: Wall, night: bool) -> list[Glow]:
    """Paint one or two windows in the walls without the bed, and return their light."""
    rng, glows = room.rng, []
    walls: list[Wall] = [wall for wall in ("left", "right", "back") if wall != bed_wall]
    rng.shuffle(walls)
    for wall in walls[: rng.choice((1, 1, 2))]:
        wide = rng.uniform(0.8, 2.0)
        at = rng.uniform(wide / 2 + 0.5, 0.5 * room.depth + 0.3)
        if wall == "back":
            at = rng.uniform(-0.22, 0.22) * room.width
        bottom = rng.choice((0.1, rng.uniform(0.6, 1.0)))
        window(room, wall, at, wide, bottom, rng.uniform(1.9, room.height - 0.25), night)
        if not night:
            strength, warm, reach = rng.uniform(0.15, 0.45), rng.uniform(-0.06, 0.06), rng.uniform(0.2, 0.4)
            glows.append(glow(room, wall, at, 1.3, strength, warm, reach))
    return glows


def _wall_above(room: Room, wall: Wall, a: float) -> None:
    """Hang something over the bed: one picture, a row, or nothing."""
    rng = room.rng
    count, y = rng.choice((0, 1, 1, 2, 3)), rng.uniform(1.5, 1.8)
    wide, tall = rng.uniform(0.3, 1.0) / max(1, count**0.5), rng.uniform(0.3, 0.65)
    for number in range(count):
        picture(room, wall, a + (number - (count - 1) / 2) * (wide + 0.12), y, wide, tall)


def _others(room: Room, bed_wall: Wall) -> None:
    """Put a wardrobe, a plant, a door, where there is a wall for them."""
    rng = room.rng
    free: list[Wall] = [wall for wall in ("left", "right", "back") if wall != bed_wall]
    wall = rng.choice(free)
    reach = room.width / 2 if wall == "back" else 0.7 * room.depth
    if rng.random() < 0.55:
        wide = rng.uniform(0.7, 1.4)
        start = reach - wide - 0.1 if wall == "back" else rng.uniform(0.1, max(0.11, reach - wide))
        furniture.wardrobe(room, wall, (start, start + wide))
    elif rng.random() < 0.5:
        door(room, wall, reach - rng.uniform(0.6, 0.9))
    if rng.random() < 0.3:
        furniture.plant(room, rng.choice(("left", "right")), rng.uniform(0.3, 1.0), 0.35)
