"""``metrics.csv``: the same numbers in long format, for spreadsheets and data frames."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from gan_runner.reporting.lines import LineFile
from gan_runner.reporting.writer import Backend

FILE_NAME = "metrics.csv"


class Csv(Backend):
    """Appends ``step,name,value`` rows to ``metrics.csv``, floats at full precision, ``nan`` and ``inf`` as such."""

    def __init__(self, folder: Path, start_step: int) -> None:
        path = folder / FILE_NAME

        def keep(line: str) -> bool:
            step = line.partition(",")[0]
            return start_step > 0 and (step == "step" or (step.isdecimal() and int(step) <= start_step))

        self._file = LineFile(path, keep)
        if not path.exists() or path.stat().st_size == 0:
            self._append([("step", "name", "value")])

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        """Append one row for each number."""
        self._append((step, name, value) for name, value in values.items())

    def _append(self, rows: Iterable[tuple[object, ...]]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        self._file.append(text.getvalue())
