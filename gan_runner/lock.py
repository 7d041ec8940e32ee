"""A lock on a folder that ends with the process that holds it, however that ends."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

KNOWN = sys.platform != "win32"
"""Whether the system has such locks."""


@contextlib.contextmanager
def hold(folder: Path, wait: bool = False) -> Iterator[None]:
    """Hold ``folder`` for this process alone; BlockingIOError if another one does, unless it is to be waited for.

    The lock is the system's and on the folder itself, so it leaves no file behind. Where the system has no such locks
    (Windows), nothing is held.
    """
    if sys.platform == "win32":  # in these words mypy knows that the rest is for others
        yield
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)
