"""Writing a file so that a crash at any moment leaves either the old content or the new, never half of it."""

import contextlib
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path, durable: bool = True) -> Iterator[FileIO]:
    """Give an empty file to write and read, which takes the place of ``path`` at the end: all of it or nothing.

    It has a temporary name in the same folder, and is brought to the disk before and after it is renamed; if not
    ``durable``, a power cut (no kill) may still cost or empty it. The path's last folder is made if it is missing. The
    temporary name is ``.<name>.tmp-<pid>``, which no pattern for the real files matches, so one left behind by a kill
    is never taken for the real thing.

    Raises: OSError if the file system refuses; then, and after any error in the body, the old content is untouched and
    no temporary file remains.
    """
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    try:
        with temporary.open("w+b", buffering=0) as file:
            yield file
            if durable:
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):  # what went wrong is to be told, not that it cannot be cleared away either
            temporary.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` at once, as `replacing` does."""
    with replacing(path) as file:
        write_all(file, data)


def write_text(path: Path, text: str) -> None:
    r"""Write ``text`` as UTF-8 to ``path`` at once, as `replacing` does.

    Bytes of the command line that were no valid text (lone surrogates in Python) come out as ``\udcXX``, as in JSON.
    """
    write_bytes(path, text.encode(errors="backslashreplace"))


def write_all(file: FileIO, data: bytes | memoryview) -> None:
    """Write all of ``data``: a disk that fills up takes a part of it, and raises OSError only at the next write."""
    rest = memoryview(data).cast("B")
    while rest:
        rest = rest[file.write(rest) :]


def _sync_folder(folder: Path) -> None:
    # Without this a power cut may forget the rename. Windows and some network file systems cannot open a folder.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
