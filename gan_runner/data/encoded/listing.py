"""What lies in a folder, told in one order and on one line a name."""

import os
import stat
from collections.abc import Iterator

from gan_runner.errors import UsageError


def walk(root: str) -> Iterator[str]:
    """Yield the path, relative to ``root``, of every file below it that is not hidden, sorted folder by folder.

    Links to folders count as files. Raises UsageError if a folder cannot be listed.
    """
    pending = [""]  # a stack of names, of which those of folders end in a separator; deeper than calls may be nested
    while pending:
        path = pending.pop()
        if path and not path.endswith(os.sep):
            yield path
            continue
        try:
            with os.scandir(os.path.join(root, path)) as entries:
                below = [
                    f"{path}{entry.name}{os.sep if entry.is_dir(follow_symlinks=False) else ''}"
                    for entry in entries
                    if not entry.name.startswith(".")
                ]
        except OSError as error:
            folder = printable(os.path.join(root, path))
            raise UsageError(f"{folder}: cannot be listed ({error.strerror}); make it readable or move it") from error
        pending += sorted(below, reverse=True, key=lambda name: name.rstrip(os.sep))


def size_and_time(path: str) -> tuple[int, int] | None:
    """Return a file's bytes and time in ns, ``(0, 0)`` if it is gone (a link to nowhere), or None if it is no file."""
    try:
        status = os.stat(path)
    except OSError:
        return 0, 0
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def require_folder(path: str, shown: str) -> None:
    """Raise UsageError unless ``path`` is a folder."""
    if not os.path.isdir(path):
        found = "it is a file" if os.path.exists(path) else "there is no such folder"
        raise UsageError(f"{shown}: {found}; data.root is the folder that holds the data")


def printable(name: str) -> str:
    r"""Return a file's name on one line: bytes that are no text, and line breaks, as ``\x..``."""
    return name if name.isprintable() else ascii(name)[1:-1]
