"""The invented writers' .gnt files, genuine in format."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gan_runner import atomic
from gan_runner.data.encoded.gnt_record import HEADER
from gan_runner.data.standins.handwriting import draw
from gan_runner.data.standins.hanzi import characters, strokes
from gan_runner.data.standins.writers import writer

VERSION = 1
"""Of the drawing: another one draws other pixels from the same seed."""


class Sheet(NamedTuple):
    """A file to be written: by writer ``number``, each of ``classes`` characters once."""

    folder: Path
    number: int
    classes: int
    seed: int

    @property
    def path(self) -> Path:
        """Where it is, named so that files sort by number."""
        return self.folder / f"{self.number:04}.gnt"


def write(sheet: Sheet) -> None:
    """Draw and write one file, at once.

    Its bytes depend on number, classes and seed alone, and those of each sample not even on the number of classes.
    """
    style = writer(sheet.seed, sheet.number)
    samples = []
    for character in characters(sheet.classes):
        rng = np.random.default_rng([sheet.seed, sheet.number, ord(character)])
        samples.append(record(character, draw(strokes(character), style, rng)))
    atomic.write_bytes(sheet.path, b"".join(samples))


def record(character: str, bitmap: NDArray[np.uint8]) -> bytes:
    """Return the record of one character, ``bitmap`` uint8 ``[height, width]``."""
    height, width = bitmap.shape
    return HEADER.pack(HEADER.size + bitmap.size, character.encode("gb2312"), width, height) + bitmap.tobytes()
