"""``metrics.jsonl``: every number of a run, one JSON object a line, always with ``step``; the source of truth."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from gan_runner.reporting import strict_json
from gan_runner.reporting.lines import LineFile
from gan_runner.reporting.writer import Backend

FILE_NAME = "metrics.jsonl"


class JsonLines(Backend):
    """Writes ``metrics.jsonl``; a kill loses at most the line being written.

    A number that is not finite is written as null, since JSON has no other word for it.
    """

    essential: ClassVar[bool] = True

    def __init__(self, folder: Path, start_step: int) -> None:
        def keep(line: str) -> bool:
            row = _parse(line)
            return start_step > 0 and row is not None and row["step"] <= start_step

        self._file = LineFile(folder / FILE_NAME, keep)

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        """Append one line; the same step may have several, e.g. one of losses and one of metrics."""
        self._file.append(strict_json.dumps({"step": step, **values}) + "\n")

    def flush(self) -> None:
        """Bring the lines to the disk: a checkpoint must not outlive the numbers before it."""
        self._file.sync()


def read_metrics(path: Path) -> list[dict[str, float]]:
    """Return the lines of a ``metrics.jsonl`` in order, null as NaN; a line that a kill has torn is left out.

    Raises: OSError if the file cannot be read.
    """
    rows = (_parse(line) for line in path.read_text(encoding="utf-8", errors="replace").split("\n"))
    return [{name: math.nan if value is None else value for name, value in row.items()} for row in rows if row]


def _parse(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) and isinstance(row.get("step"), int) else None
