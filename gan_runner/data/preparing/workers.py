"""Processes that read and decode the pieces of a collection, and the memory through which the pixels come back."""

import contextlib
import ctypes
import itertools
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing.sharedctypes import RawArray
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gan_runner.data import processes
from gan_runner.data.encoded.base import UNIT, Collection, Piece
from gan_runner.data.preparing.decoding import Decoded, Ring, all_grey, begin, decode_piece, pixels_at, plan
from gan_runner.data.preparing.recipe import Recipe
from gan_runner.data.preparing.store import in_bytes
from gan_runner.errors import UsageError

PLANNED = 2048
"""Units planned at once, while those planned before are decoded."""
AHEAD = 2
"""Pieces in flight for each worker, so that none waits for the one that writes."""
SECONDS = 0.25
"""Work of a piece: what a kill loses, a few times over. Handing one over and writing it down costs a millisecond."""
BYTES = 2**20
"""Pixels of a piece at most, unless a single picture has more: what it takes of memory, a few times a worker."""
GROWTH = 4
"""Each piece is at most so many times longer than one whose time is known: the next pictures may be larger."""


class Workers:
    """``jobs`` processes that decode one collection; a context, at whose end they are gone: at once after an error.

    A process of its own for whatever touches the files: libraries in C may crash on damage that no check foresees, and
    that must cost one sentence. Pixels come back in shared memory: through a pipe they would be copied four times, a
    tenth of what it takes to decode small pictures. It is a file that has no name any more, so a kill leaves none.
    """

    def __init__(self, collection: Collection, recipe: Recipe, jobs: int | None = None) -> None:
        self._collection = collection
        self._recipe = recipe
        self.jobs = jobs or processes.cores()
        self._room = max(BYTES, (recipe.channels or 3) * recipe.size**2)
        self._ring = _shared(AHEAD * self.jobs * self._room)
        self._end = contextlib.ExitStack()
        self._pool = self._end.enter_context(processes.pool(self.jobs, begin, collection, self._ring))

    def start(self) -> None:
        """Wait until the processes are there, so that what is timed afterwards is their work."""
        with self._crashes_told():
            for ready in [self._pool.submit(os.getpid) for _ in range(self.jobs)]:
                ready.result()

    def channels(self) -> Recipe:
        """Return the recipe with its channels decided: 1 if the first pictures are all grey, else 3."""
        if self._recipe.channels is not None:
            return self._recipe
        with self._crashes_told():
            grey = self._pool.submit(all_grey).result()
        return replace(self._recipe, channels=1 if grey else 3)

    def decode(self, recipe: Recipe, after: Piece | None = None) -> Iterator[tuple[NDArray[np.uint8], Decoded]]:
        """Yield the pieces that follow ``after``, decoded, in order: pixels uint8 ``[n, C, S, S]``, and the rest.

        The pixels stay until the next piece is asked for. ``recipe`` is what `channels` has decided. Pieces begin small
        and grow to a quarter of a second or 1 MiB of pixels. Raises UsageError if the set cannot be read, a process
        dies over it, or memory runs out.
        """
        assert recipe.channels is not None
        row = recipe.channels * recipe.size**2
        unit = max(1, min(UNIT, BYTES // row))
        most = max(1, BYTES // (row * unit))
        places = itertools.cycle(range(0, len(self._ring), self._room))  # the oldest piece's is the next to be free
        waiting: deque[tuple[int, Future[Decoded]]] = deque()
        planned: deque[Piece] = deque()
        units = 1
        with self._crashes_told():
            following = self._pool.submit(plan, after, PLANNED, unit)
            while True:
                while len(waiting) < AHEAD * self.jobs:
                    if not planned:
                        planned.extend(following.result())
                        if not planned:
                            break
                        following = self._pool.submit(plan, planned[-1], PLANNED, unit)
                    place = next(places)
                    waiting.append((place, self._pool.submit(decode_piece, _joined(planned, units), recipe, place)))
                if not waiting:
                    return
                place, future = waiting.popleft()
                decoded = future.result()
                known = decoded.piece.count / unit
                units = max(1, min(most, round(GROWTH * known), round(known * SECONDS / decoded.seconds)))
                yield pixels_at(self._ring, place, recipe, len(decoded.labels)), decoded

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


def _shared(size: int) -> Ring:
    """Return ``size`` bytes that processes started with them share."""
    try:
        return RawArray(ctypes.c_uint8, size)
    except OSError as error:
        raise UsageError(
            f"{in_bytes(size)} of memory to share with the processes that decode: {error.strerror}; make room in "
            "/dev/shm or $TMPDIR, or take fewer processes (gan-data prepare ... jobs=1)"
        ) from error


def _joined(planned: deque[Piece], units: int) -> Piece:
    """Take up to ``units`` neighbours off the plan, as one piece."""
    taken = [planned.popleft() for _ in range(min(units, len(planned)))]
    return Piece(taken[0].first, sum(piece.count for piece in taken), taken[0].mark)
