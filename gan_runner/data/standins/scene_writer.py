"""Writing drawn pictures as a genuine LMDB."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from gan_runner.data.encoded.scenes import library
from gan_runner.data.processes import in_processes
from gan_runner.data.standins.rooms import Lot, draw_lot
from gan_runner.errors import UsageError

LOT = 32
"""Pictures that a process draws at a time, in 0.3 s, and that are written in one transaction."""
ROOM = 2**16
"""Bytes of address space for each picture, four times what the largest take; the file has only what is used."""
LEAST_ROOM = 2**24


def write(folder: Path, scene: str, count: int, seed: int, jobs: int | None, done: Callable[[int], None]) -> None:
    """Make ``folder``, an LMDB of ``count`` drawn pictures; call ``done`` with the number written so far.

    They go to a hidden folder beside it, which takes the name when it is complete and on the disk: what a kill leaves
    is never taken for complete. The file's bytes do not depend on the number of processes. Raises UsageError if the
    disk is full or a process is killed, OSError if the folder cannot be made.
    """
    lmdb = library()
    unfinished = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    lots = [Lot(scene, seed, first, min(first + LOT, count)) for first in range(0, count, LOT)]
    waiting: dict[Lot, list[tuple[bytes, bytes]]] = {}
    try:
        with lmdb.open(str(unfinished), map_size=LEAST_ROOM + ROOM * count, sync=False, lock=False) as environment:
            turn = iter(lots)
            following = next(turn, None)
            for lot, pictures in in_processes(draw_lot, lots, jobs):
                waiting[lot] = pictures
                while following in waiting:
                    with environment.begin(write=True) as transaction:
                        for key, value in waiting.pop(following):
                            transaction.put(key, value)
                    done(following.end)
                    following = next(turn, None)
            environment.sync(True)
        os.replace(unfinished, folder)
    except lmdb.Error as error:
        raise UsageError(f"{folder}: cannot be written ({error}); make room and type the same command again") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
