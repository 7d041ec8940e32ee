"""A file's digest, made while the file is written or read: the second core does it meanwhile."""

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from gan_runner.atomic import write_all

BLOCK = 2**20


class SealedFile:
    """What `torch.save` writes its archive into: each block is written, read back, compared, and meanwhile hashed.

    A context; ``file`` is a new, unbuffered file open for writing and reading. Raises OSError if the file system
    refuses, or gives back something else than it was given.
    """

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._blocks = [bytearray(BLOCK), bytearray(BLOCK)]  # one is filled while the other is hashed
        self._filled = 0
        self._written = 0
        self._digest = hashlib.sha256()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="digest")
        self._hashing: Future[None] | None = None

    def write(self, data: memoryview) -> int:
        """Take all of ``data``."""
        rest = memoryview(data).cast("B")
        while rest:
            part = rest[: BLOCK - self._filled]
            self._blocks[0][self._filled : self._filled + len(part)] = part
            self._filled += len(part)
            rest = rest[len(part) :]
            if self._filled == BLOCK:
                self._pass_on()
        return len(data)

    def flush(self) -> None:
        """Do nothing: `digest` brings the rest to the file."""

    def digest(self) -> str:
        """Write what is left, and return the SHA-256 of all that was written, in hexadecimal."""
        self._pass_on()
        if self._hashing is not None:
            self._hashing.result()
        return self._digest.hexdigest()

    def _pass_on(self) -> None:
        block = memoryview(self._blocks[0])[: self._filled]
        if self._hashing is not None:
            self._hashing.result()
        self._hashing = self._thread.submit(self._digest.update, block)
        write_all(self._file, block)
        back = os.pread(self._file.fileno(), len(block), self._written)
        if not np.array_equal(np.frombuffer(back, np.uint8), np.frombuffer(block, np.uint8)):
            raise OSError(f"{self._file.name} does not read back as it was written")
        self._written += len(block)
        self._blocks.reverse()
        self._filled = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()


def hashed(path: Path) -> Callable[[], str]:
    """Begin to read ``path`` in a thread and return a function that waits for its SHA-256, in hexadecimal.

    That function raises OSError if the file cannot be read.
    """
    thread = ThreadPoolExecutor(1, thread_name_prefix="digest")
    future = thread.submit(_sha256, path)
    thread.shutdown(wait=False)
    return future.result


def _sha256(path: Path) -> str:
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
