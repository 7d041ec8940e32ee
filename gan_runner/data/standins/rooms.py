"""Drawn stand-ins for the ten scenes of LSUN: simple rooms and buildings in perspective, no two alike."""

import hashlib
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from PIL import Image

from gan_runner.data.standins.scenery import indoors, outdoors
from gan_runner.data.standins.scenery.bedroom import bedroom
from gan_runner.data.standins.scenery.develop import develop, encoded
from gan_runner.data.standins.scenery.setting import Drawn

VERSION = 1
"""Raised when any picture comes out differently."""
PAINTERS: dict[str, Callable[[Random, tuple[int, int]], Drawn]] = {
    "bedroom": bedroom,
    "kitchen": indoors.kitchen,
    "living_room": indoors.living_room,
    "dining_room": indoors.dining_room,
    "tower": outdoors.tower,
    "restaurant": indoors.restaurant,
    "bridge": outdoors.bridge,
    "conference_room": indoors.conference_room,
    "classroom": indoors.classroom,
    "church_outdoor": outdoors.church_outdoor,
}
SIZES = ((341, 256),) * 5 + ((384, 256), (256, 256), (256, 341))
"""Width and height: the shorter side is 256, as in LSUN."""


class Lot(NamedTuple):
    """The pictures of a scene from number ``first`` up to ``end``."""

    scene: str
    seed: int
    first: int
    end: int


def draw(scene: str, seed: int, number: int) -> Image.Image:
    """Return a picture, RGB, that depends on the scene, the seed and its number alone."""
    rng = Random(_name(scene, seed, number))
    view, glows = PAINTERS[scene](rng, rng.choice(SIZES))
    return develop(view, glows, rng)


def draw_lot(lot: Lot) -> tuple[Lot, list[tuple[bytes, bytes]]]:
    """Return a lot and its pictures, each as key (40 hex digits) and WebP file; some 10 ms each on one core."""
    numbers = range(lot.first, lot.end)
    return lot, [(_key(lot.scene, lot.seed, number), encoded(draw(lot.scene, lot.seed, number))) for number in numbers]


def _key(scene: str, seed: int, number: int) -> bytes:
    return hashlib.sha1(_name(scene, seed, number).encode(), usedforsecurity=False).hexdigest().encode()


def _name(scene: str, seed: int, number: int) -> str:
    return f"{seed}/{scene}/{number}"
