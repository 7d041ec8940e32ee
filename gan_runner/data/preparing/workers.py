"""Processes that read and decode the pieces of a collection; nothing here imports torch, so they start at once."""

import contextlib
import gc
import os
import time
import warnings
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from gan_runner.data import processes
from gan_runner.data.encoded.base import UNIT, Broken, Collection, Piece
from gan_runner.data.preparing.recipe import Recipe, decode, is_grey
from gan_runner.errors import UsageError

LOOKED_AT = 64
"""Pictures that decide between grey and colour where the config does not."""
PLANNED = 2048
"""Units planned at once, while those planned before are decoded."""
AHEAD = 2
"""Pieces in flight for each worker, so that none waits for the one that writes."""
SECONDS = 0.25
"""Work of a piece: what a kill loses, a few times over. Handing one over and writing it down costs a millisecond."""
BYTES = 2**22
"""Pixels of a piece at most, unless a single picture has more: what it takes of memory, a few times a worker."""
GROWTH = 4
"""Each piece is at most so many times longer than one whose time is known: the next pictures may be larger."""

Sizes = Counter[tuple[int, int, str]]


@dataclass(frozen=True)
class Decoded:
    """The pictures of a piece that could be decoded, in order, and what is to be said of the others.

    ``pixels`` uint8 ``[n, C, S, S]``, ``labels`` int32 ``[n]`` (-1: none), ``sizes`` the number of pictures of each
    stored (width, height, mode), ``coloured`` names the first that became grey but is stored in colour.
    """

    piece: Piece
    pixels: NDArray[np.uint8]
    labels: NDArray[np.int32]
    broken: tuple[Broken, ...]
    sizes: Sizes
    coloured: str | None
    seconds: float


class Workers:
    """``jobs`` processes that decode one collection; a context, at whose end they are gone: at once after an error.

    A process of its own for whatever touches the files: libraries in C may crash on damage that no check foresees, and
    that must cost one sentence.
    """

    def __init__(self, collection: Collection, jobs: int | None = None) -> None:
        self._collection = collection
        self.jobs = jobs or processes.cores()
        self._end = contextlib.ExitStack()
        self._pool = self._end.enter_context(processes.pool(self.jobs, _begin, collection))

    def start(self) -> None:
        """Wait until the processes are there, so that what is timed afterwards is their work."""
        with self._crashes_told():
            for ready in [self._pool.submit(os.getpid) for _ in range(self.jobs)]:
                ready.result()

    def channels(self, recipe: Recipe) -> Recipe:
        """Return the recipe with its channels decided: 1 if the first pictures are all grey, else 3."""
        if recipe.channels is not None:
            return recipe
        with self._crashes_told():
            grey = self._pool.submit(_all_grey).result()
        return replace(recipe, channels=1 if grey else 3)

    def decode(self, recipe: Recipe, after: Piece | None = None) -> Iterator[Decoded]:
        """Yield the pieces that follow ``after``, decoded, in order.

        Pieces begin small and grow to a quarter of a second or 4 MiB of pixels. Raises UsageError if the set cannot be
        read, a process dies over it, or memory runs out.
        """
        assert recipe.channels is not None
        row = recipe.channels * recipe.size**2
        unit = max(1, min(UNIT, BYTES // row))
        most = max(1, BYTES // (row * unit))
        waiting: deque[Future[Decoded]] = deque()
        planned: deque[Piece] = deque()
        units = 1
        with self._crashes_told():
            following = self._pool.submit(_plan, after, PLANNED, unit)
            while True:
                while len(waiting) < AHEAD * self.jobs:
                    if not planned:
                        planned.extend(following.result())
                        if not planned:
                            break
                        following = self._pool.submit(_plan, planned[-1], PLANNED, unit)
                    waiting.append(self._pool.submit(_decode, _joined(planned, units), recipe))
                if not waiting:
                    return
                decoded = waiting.popleft().result()
                known = decoded.piece.count / unit
                units = max(1, min(most, round(GROWTH * known), round(known * SECONDS / decoded.seconds)))
                yield decoded

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._end.__exit__(*error)  # type: ignore[arg-type]

    @contextlib.contextmanager
    def _crashes_told(self) -> Iterator[None]:
        fewer = "prepare it in fewer processes (gan-data prepare ... jobs=1)"
        try:
            yield
        except BrokenProcessPool as error:
            raise UsageError(
                f"{self._collection.place}: a process that read it was killed; the set is damaged in a way that "
                f"crashes its library, or memory ran out: then {fewer}"
            ) from error
        except MemoryError as error:
            raise UsageError(
                f"{self._collection.place}: memory ran out over its pictures; {fewer}, or choose a smaller data.size"
            ) from error


_collection: Collection
"""In a worker: what it was started for."""


def _begin(collection: Collection) -> None:
    global _collection
    _collection = collection
    processes.begin()
    gc.disable()  # looking for cycles among millions of short-lived pictures costs a tenth; once a piece is enough
    gc.freeze()
    warnings.simplefilter("ignore")  # Pillow's about notes in a file that it could not read
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def _plan(after: Piece | None, count: int, size: int) -> list[Piece]:
    return _collection.plan(after, count, size)


def _joined(planned: deque[Piece], units: int) -> Piece:
    """Take up to ``units`` neighbours off the plan, as one piece."""
    taken = [planned.popleft() for _ in range(min(units, len(planned)))]
    return Piece(taken[0].first, sum(piece.count for piece in taken), taken[0].mark)


def _all_grey() -> bool:
    for piece in _collection.plan(None, 1, LOOKED_AT):
        for record in _collection.read(piece):
            with contextlib.suppress(Exception):  # a broken picture is told when it is decoded
                if not is_grey(record.open()):
                    return False
    return True


def _decode(piece: Piece, recipe: Recipe) -> Decoded:
    assert recipe.channels is not None
    start = time.perf_counter()
    pixels = np.empty((piece.count, recipe.channels, recipe.size, recipe.size), np.uint8)
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
    kept, marks = pixels[: len(labels)], np.array(labels, np.int32)
    return Decoded(piece, kept, marks, tuple(broken), sizes, coloured, time.perf_counter() - start)


def _reason(error: Exception) -> str:
    """Return what went wrong in a few words, without the address of the buffer it went wrong in."""
    if isinstance(error, UnidentifiedImageError):
        return "not a picture that Pillow knows"
    return " ".join((str(error) or type(error).__name__).split())[:200]
