"""How far a running job has come, from the end of its ``metrics.jsonl``."""

import json
import os
import time
from pathlib import Path

from gan_runner.reporting.jsonl import FILE_NAME
from gan_runner.reporting.runfile import RunFile
from gan_runner.sweeps.jobs import Entry

TAIL = 1 << 16
"""Bytes read from the end: a hundred lines and more, so that an evaluation is among them sooner or later."""


class Watch:
    """Keeps ``entry`` up to date; a look costs one ``stat`` where nothing has been written."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._path = entry.job.folder / FILE_NAME
        self._seen: tuple[int, int] | None = None
        self._first: tuple[float, int] | None = None

    def look(self) -> None:
        """Read what is new: the step, the monitored metric, and from the pace since the first look the time left."""
        try:
            found = self._path.stat()
            if (found.st_size, found.st_mtime_ns) == self._seen:
                return
            text = _tail(self._path)
        except OSError:
            return  # not begun yet, or just being replaced
        self._seen = (found.st_size, found.st_mtime_ns)
        monitor = ((RunFile.read(self._entry.job.folder) or {}).get("metric") or {}).get("monitor")
        for line in text.splitlines():
            self._take(line, monitor)
        self._pace()

    def _take(self, line: str, monitor: str | None) -> None:
        try:
            row = json.loads(line)
            step = int(row["step"])
        except (ValueError, TypeError, KeyError):
            return  # torn
        self._entry.step = step
        if f"metric/{monitor}" in row:
            value = row[f"metric/{monitor}"]
            self._entry.metric = f"{monitor} {'nan' if value is None else format(value, '.4g')}"

    def _pace(self) -> None:
        now, step = time.monotonic(), self._entry.step
        if self._first is None or step < self._first[1]:
            self._first = (now, step)
        elif step > self._first[1]:
            began, start = self._first
            self._entry.seconds_left = (now - began) / (step - start) * max(self._entry.goal - step, 0)


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - TAIL, 0))
        return file.read().decode(errors="replace")
