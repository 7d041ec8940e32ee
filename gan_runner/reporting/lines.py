"""A text file of one record a line that can be appended to and, when a run is resumed, cut back."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from gan_runner import atomic


class LineFile:
    """Appends lines to ``path``; on construction drops the lines that ``keep`` refuses, and a torn last one."""

    def __init__(self, path: Path, keep: Callable[[str], bool]) -> None:
        self._path = path
        if path.exists():
            with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
                lines = list(file)
            kept = [line for line in lines if line.endswith("\n") and keep(line)]
            if kept != lines:
                atomic.write_text(path, "".join(kept))

    def append(self, text: str) -> None:
        """Append ``text``, which ends with a newline, and hand it to the operating system at once.

        Opening the file anew costs some 30 microseconds, and lets a disk that was full or away be used again.

        Raises: OSError if it cannot be written; what was written of it is then taken back where possible.
        """
        end = self._path.stat().st_size if self._path.exists() else 0
        try:
            with self._path.open("ab") as file:
                file.write(text.encode())
        except OSError:
            with contextlib.suppress(OSError):
                os.truncate(self._path, end)
            raise

    def sync(self) -> None:
        """Have the system bring the lines to the disk itself, so that a power cut loses none of them."""
        if self._path.exists():
            with self._path.open("ab") as file:
                os.fsync(file.fileno())
