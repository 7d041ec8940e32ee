"""Processes that read and decode the pieces of a collection; nothing here imports torch, so they start at once."""

import contextlib
import gc
import multiprocessing
import os
import warnings
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from gan_runner.data import processes
from gan_runner.data.encoded.base import Broken, Collection, Piece
from gan_runner.data.preparing.recipe import Recipe, decode, is_grey
from gan_runner.errors import UsageError

LOOKED_AT = 64
"""Pictures that decide between grey and colour where the config does not."""
PLANNED = 32
"""Pieces planned at once."""
AHEAD = 2
"""Pieces in flight for each worker, so that none waits for the one that writes."""

Sizes = Counter[tuple[int, int, str]]


@dataclass(frozen=True)
class Decoded:
    """The pictures of a piece that could be decoded, in order, and what is to be said of the others.

    ``pixels`` uint8 ``[n, C, S, S]``, ``labels`` int32 ``[n]`` (-1 where there are none), ``sizes`` the number of
    pictures of each (width, height, mode) as they were stored.
    """

    piece: Piece
    pixels: NDArray[np.uint8]
    labels: NDArray[np.int32]
    broken: tuple[Broken, ...]
    sizes: Sizes


class Workers:
    """``jobs`` processes that decode one collection; a context, at whose end they are gone.

    A process of its own for whatever touches the files: libraries in C may crash on damage that no check foresees, and
    that must cost one sentence.
    """

    def __init__(self, collection: Collection, jobs: int | None = None) -> None:
        self._collection = collection
        self.jobs = jobs or processes.cores()
        self._pool = ProcessPoolExecutor(
            self.jobs, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(collection,)
        )

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

    def decode(self, recipe: Recipe, after: Piece | None = None, strict: bool = False) -> Iterator[Decoded]:
        """Yield the pieces that follow ``after``, decoded, in order.

        ``strict``: the recipe's channels are a guess, so a coloured picture among grey ones raises UsageError instead
        of losing its colour. Raises UsageError if the set cannot be read, or a process dies over it.
        """
        waiting: deque[Future[Decoded]] = deque()
        planned: deque[Piece] = deque()
        with self._crashes_told():
            while True:
                while len(waiting) < AHEAD * self.jobs:
                    if not planned:
                        planned.extend(self._pool.submit(_plan, after, PLANNED).result())
                    if not planned:
                        break
                    after = planned.popleft()
                    waiting.append(self._pool.submit(_decode, after, recipe, strict))
                if not waiting:
                    return
                yield waiting.popleft().result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    @contextlib.contextmanager
    def _crashes_told(self) -> Iterator[None]:
        try:
            yield
        except BrokenProcessPool as error:
            raise UsageError(
                f"{self._collection.place}: a process that read it was killed; the set is damaged in a way that "
                "crashes its library, or memory ran out (fewer processes: jobs=1)"
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


def _plan(after: Piece | None, count: int) -> list[Piece]:
    return _collection.plan(after, count)


def _all_grey() -> bool:
    looked = 0
    for piece in _collection.plan(None, 1):
        for record in _collection.read(piece):
            with contextlib.suppress(Exception):  # a broken picture is told when it is decoded
                if not is_grey(record.open()):
                    return False
            looked += 1
            if looked == LOOKED_AT:
                break
    return True


def _decode(piece: Piece, recipe: Recipe, strict: bool) -> Decoded:
    assert recipe.channels is not None
    pixels = np.empty((piece.count, recipe.channels, recipe.size, recipe.size), np.uint8)
    labels: list[int] = []
    broken: list[Broken] = []
    sizes: Sizes = Counter()
    for record in _collection.read(piece):
        try:
            image = record.open()
            size, grey = (*image.size, image.mode), is_grey(image)
            pixels[len(labels)] = decode(image, recipe)
        except Exception as error:
            broken.append(Broken(record.where, _reason(error)))
            continue
        if strict and recipe.channels == 1 and not grey:
            raise UsageError(
                f"{record.where}: is in colour, but the first {LOOKED_AT} pictures are grey; set data.channels=3 (or 1)"
            )
        sizes[size] += 1
        labels.append(-1 if record.label is None else record.label)
    gc.collect()
    return Decoded(piece, pixels[: len(labels)], np.array(labels, np.int32), tuple(broken), sizes)


def _reason(error: Exception) -> str:
    """Return what went wrong in a few words, without the address of the buffer it went wrong in."""
    if isinstance(error, UnidentifiedImageError):
        return "not a picture that Pillow knows"
    return " ".join((str(error) or type(error).__name__).split())[:200]
