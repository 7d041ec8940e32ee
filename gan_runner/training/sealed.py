"""A file's digest, made while the file is written: the second core does it meanwhile."""

import contextlib
import hashlib
import os
from concurrent.futures import Future, ThreadPoolExecutor
from io import FileIO
from types import TracebackType
from typing import Self

from gan_runner.atomic import write_all

BLOCK = 2**20


class SealedFile:
    """What `torch.save` writes its archive into: each block is written, sent to the disk, and meanwhile hashed.

    A context; ``file`` is a new, unbuffered file open for writing. Raises OSError if the file system refuses.
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
        with contextlib.suppress(AttributeError, OSError):  # Linux begins to write to the disk now, not at fsync
            os.posix_fadvise(self._file.fileno(), self._written, len(block), os.POSIX_FADV_DONTNEED)
        self._written += len(block)
        self._blocks.reverse()
        self._filled = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()
