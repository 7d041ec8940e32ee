"""What a process does that decodes pieces of a collection; nothing here imports torch, so it starts at once."""

import contextlib
import ctypes
import gc
import time
import warnings
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from gan_runner.data import processes
from gan_runner.data.encoded.base import Broken, Collection, Piece
from gan_runner.data.preparing.recipe import Recipe, decode, is_grey

LOOKED_AT = 64
"""Pictures that decide between grey and colour where the config does not."""

Sizes = Counter[tuple[int, int, str]]
Ring = ctypes.Array[Any]
"""Memory that all processes share: room for the pixels of each piece in flight, one after the other."""


@dataclass(frozen=True)
class Decoded:
    """What is to be said of a piece beside its pixels: of the pictures that could be decoded, in order, and the others.

    ``labels`` int32 ``[n]`` (-1: none), ``sizes`` the number of pictures of each stored (width, height, mode),
    ``coloured`` names the first that became grey but is stored in colour.
    """

    piece: Piece
    labels: NDArray[np.int32]
    broken: tuple[Broken, ...]
    sizes: Sizes
    coloured: str | None
    seconds: float


_collection: Collection
"""What this process was started for."""
_ring: Ring


def begin(collection: Collection, ring: Ring) -> None:
    """Make this process ready to decode ``collection`` into ``ring``."""
    global _collection, _ring
    _collection, _ring = collection, ring
    processes.begin()
    gc.disable()  # looking for cycles among millions of short-lived pictures costs a tenth; once a piece is enough
    gc.freeze()
    warnings.simplefilter("ignore")  # Pillow's about notes in a file that it could not read
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def plan(after: Piece | None, count: int, size: int) -> list[Piece]:
    """Return the collection's next pieces; see `Collection.plan`."""
    return _collection.plan(after, count, size)


def all_grey() -> bool:
    """Return whether the first pictures that can be read are all stored without colour."""
    for piece in _collection.plan(None, 1, LOOKED_AT):
        for record in _collection.read(piece):
            with contextlib.suppress(Exception):  # a broken picture is told when it is decoded
                if not is_grey(record.open()):
                    return False
    return True


def decode_piece(piece: Piece, recipe: Recipe, place: int) -> Decoded:
    """Write the piece's pixels into the ring from byte ``place`` on, uint8 ``[n, C, S, S]``, and return the rest."""
    start = time.perf_counter()
    pixels = pixels_at(_ring, place, recipe, piece.count)
    labels: list[int] = []
    broken: list[Broken] = []
    sizes: Sizes = Counter()
    coloured = None
    for record in _collection.read(piece):
        try:
            image = record.open()
            size, grey = (*image.size, image.mode), is_grey(image)
            pixels[len(labels)] = decode(image, recipe)
        except MemoryError:  # no fault of the picture's
            raise
        except Exception as error:
            broken.append(Broken(record.where, _reason(error)))
            continue
        if coloured is None and recipe.channels == 1 and not grey:
            coloured = record.where
        sizes[size] += 1
        labels.append(-1 if record.label is None else record.label)
    gc.collect()
    return Decoded(piece, np.array(labels, np.int32), tuple(broken), sizes, coloured, time.perf_counter() - start)


def pixels_at(ring: Ring, place: int, recipe: Recipe, count: int) -> NDArray[np.uint8]:
    """Return the view ``[count, C, S, S]`` of what lies in ``ring`` from byte ``place`` on."""
    assert recipe.channels is not None
    shape = (count, recipe.channels, recipe.size, recipe.size)
    return np.ndarray(shape, np.uint8, memoryview(ring), place)


def _reason(error: Exception) -> str:
    """Return what went wrong in a few words, without the address of the buffer it went wrong in."""
    if isinstance(error, UnidentifiedImageError):
        return "not a picture that Pillow knows"
    return " ".join((str(error) or type(error).__name__).split())[:200]
