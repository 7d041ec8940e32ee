"""The room around the furniture, and the light in it."""

import math
from random import Random

from gan_runner.data.standins.scenery.develop import Glow
from gan_runner.data.standins.scenery.furniture import ceiling_lamp
from gan_runner.data.standins.scenery.palette import palette
from gan_runner.data.standins.scenery.shell import Room, Wall
from gan_runner.data.standins.scenery.view import Span, View
from gan_runner.data.standins.scenery.walls import window

Drawn = tuple[View, list[Glow]]


def empty_room(rng: Random, size: tuple[int, int], width: Span, depth: Span, aim: Span) -> Room:
    """Return a room of random size whose camera, by the open side, looks at ``aim`` (shares of width and depth)."""
    across, deep, high = rng.uniform(*width), rng.uniform(*depth), rng.uniform(2.3, 3.0)
    eye = rng.uniform(-0.38, 0.38) * across, rng.uniform(1.05, 1.75), rng.uniform(0.05, 0.32) * deep
    yaw = math.atan2(aim[0] * across - eye[0], aim[1] * deep - eye[2]) + rng.gauss(0, 0.07)
    light = rng.choice((-1, 1)) * rng.uniform(0.5, 1.2), rng.uniform(0.6, 1.2), rng.uniform(-1.0, 0.1)
    view = View(size, eye, yaw, -rng.uniform(0.05, 0.24), rng.uniform(0.66, 0.98), light)
    return Room(view, rng, palette(rng), across, high, deep)


def glow(room: Room, wall: Wall, a: float, y: float, strength: float, warm: float, reach: float) -> Glow:
    """Return the light that falls from a window or lamp at a place of the room."""
    x, down, _ = room.view.spot(room.at(wall, a, y, 0.1))
    tint = strength * (1 + warm), strength, strength * (1 - 2 * warm)
    return Glow(x / room.view.width, down / room.view.height, reach, tint)


def daylight(room: Room, walls: tuple[Wall, ...], low: float, count: int = 1) -> list[Glow]:
    """Paint ``count`` windows on each of the walls and return their light."""
    rng, glows = room.rng, []
    for wall in walls:
        for number in range(count):
            wide = rng.uniform(0.9, 1.6)
            at = 0.9 + number * (wide + 0.5) + rng.uniform(0, 0.4)
            if wall == "back":
                at = rng.uniform(-0.25, 0.25) * room.width
            window(room, wall, at, wide, low, min(rng.uniform(1.9, 2.3), room.height - 0.2), night=False)
            strength, warm, reach = rng.uniform(0.12, 0.32), rng.uniform(-0.05, 0.05), rng.uniform(0.15, 0.35)
            glows.append(glow(room, wall, at, 1.4, strength, warm, reach))
    return glows


def finished(room: Room, glows: list[Glow], lamps: int) -> Drawn:
    """Paint the furniture and so many lamps."""
    rng = room.rng
    room.furnish()
    lit = rng.random() < 0.6
    for lamp in range(lamps):
        x, z = (lamp - (lamps - 1) / 2) * room.width / max(2, lamps), room.depth * rng.uniform(0.5, 0.65)
        ceiling_lamp(room, x, z, lit)
        if lit:
            glows.append(glow(room, "back", x, room.height - 0.4, 0.25, 0.15, 0.2))
    return room.view, glows
