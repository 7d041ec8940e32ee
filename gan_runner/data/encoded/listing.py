"""What lies in a folder, told in one order and on one line a name."""

import os
import stat
from collections.abc import Iterator

from gan_runner.errors import UsageError

SHEETS = ".gan-data-check"
"""An empty file that marks a folder of contact sheets."""
OUR_OWN = ({"run.json", ".hydra"}, {"manifest.json", "samples.npy"}, {"journal.jsonl", "labels.part"}, {SHEETS})
"""What shows a folder to be a run's, a prepared set's, an unfinished one's or of contact sheets."""


def walk(root: str, passed: list[str] | None = None) -> Iterator[str]:
    """Yield the path, relative to ``root``, of every file below it that is not hidden, sorted folder by folder.

    Folders that gan_runner has made are passed over, but not ``root`` itself: its pictures are results, not data. So
    are linked folders. The paths of both are added to ``passed``, with a word on why. Raises UsageError if a folder
    cannot be listed.
    """
    passed = [] if passed is None else passed
    pending = [""]  # a stack of names, of which those of folders end in a separator; deeper than calls may be nested
    while pending:
        path = pending.pop()
        if path and not path.endswith(os.sep):
            yield path
            continue
        try:
            with os.scandir(os.path.join(root, path)) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
            if path and any(own <= {entry.name for entry in entries} for own in OUR_OWN):
                passed.append(f"{path} (gan_runner's own)")
                continue
            below = []
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_symlink() and entry.is_dir():
                    passed.append(f"{path}{entry.name} (a link)")
                else:
                    below.append(f"{path}{entry.name}{os.sep if entry.is_dir(follow_symlinks=False) else ''}")
        except OSError as error:
            folder = printable(os.path.join(root, path))
            raise UsageError(f"{folder}: cannot be listed ({error.strerror}); make it readable or move it") from error
        pending += reversed(below)


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
