"""A collection of small numbered pictures, in a module of its own: worker processes import it by name."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

MODULE = '''
import os, time
from functools import partial
from PIL import Image
from gan_runner.data.encoded.base import Broken, Collection, Record


def picture(number, colour):
    """Picture k is filled with the level k % 251."""
    level = number % 251
    return Image.new("RGB" if colour else "L", (5 + number % 3, 6), (level, 0, 0) if colour else level)


def starve():
    raise MemoryError


def fail(number):
    raise OSError(f"number {number} is bad")


class Numbers(Collection):
    name = "numbers"
    place = "nowhere"

    def __init__(
        self, count, bad=(), coloured=(), delay=0.0, crash=None, hungry=None, hung=None, lost=0, classes=("even", "odd")
    ):
        self.count, self.bad, self.coloured, self.delay, self.crash = count, bad, coloured, delay, crash
        self._classes, self.lost, self.hungry, self.hung = classes, lost, hungry, hung

    @property
    def classes(self):
        return self._classes

    @property
    def broken(self):
        return [Broken("index", "is torn", self.lost)] if self.lost else []

    def __len__(self):
        return self.count

    def identity(self):
        return {"format": "numbers", "files": {"count": self.count, "bad": sorted(self.bad)}}

    def read(self, piece):
        for number in range(piece.first, piece.first + piece.count):
            time.sleep(self.delay)
            if number == self.crash:
                os.kill(os.getpid(), 11)
            time.sleep(60 * (number == self.hung))
            opened = partial(fail, number) if number in self.bad else partial(picture, number, number in self.coloured)
            opened = starve if number == self.hungry else opened
            yield Record(f"number {number}", opened, number % 2 if self._classes else None)
'''


@pytest.fixture
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return the class ``Numbers``."""
    folder = tmp_path_factory.mktemp("modules")
    Path(folder / "numbers_collection.py").write_text(MODULE)
    sys.path.insert(0, str(folder))
    import numbers_collection

    yield numbers_collection.Numbers
    sys.path.remove(str(folder))
    del sys.modules["numbers_collection"]
