"""What is known of a run folder, and where run folders are."""

import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gan_runner.reporting.runfile import FILE_NAME as RECORD

Direction = Literal["min", "max"]
Curve = tuple[list[int], list[float]]
"""Steps and the values there, NaN where a value was not finite."""


@dataclass(frozen=True)
class Measure:
    """The metric of a run: its values, which of them decides, and what a run must reach to be a success."""

    monitor: str
    directions: Mapping[str, Direction]
    goal: Mapping[str, float]


@dataclass(frozen=True)
class Run:
    """One run that finished or failed. ``settings`` are the config's leaves by dotted key, interpolations unresolved.

    ``typed`` are the overrides of its command line by key, ``alarms`` sentences with their steps, ``final`` the values
    of its last evaluation, ``curves`` those of metrics.jsonl by name, ``pictures`` the files of samples by step.
    """

    folder: Path
    failed: bool
    error: str
    alarms: tuple[str, ...]
    stopped_early: str
    step: int
    steps: int
    seed: int
    seconds: float
    started: str
    version: str
    data: str
    fingerprint: str
    measure: Measure | None
    choices: Mapping[str, str]
    settings: Mapping[str, Any]
    typed: Mapping[str, str]
    final: Mapping[str, float]
    curves: Mapping[str, Curve]
    pictures: Mapping[int, Path]

    def first(self, value: str | None) -> float:
        """Return the first finite evaluation, or the final value if there is none."""
        _, values = self.curves.get(f"metric/{value}", ([], []))
        return next(filter(math.isfinite, values), self.final.get(value or "", math.nan))

    def best(self, value: str, direction: Direction) -> tuple[float, int] | None:
        """Return the best of all evaluations and the first step that reached it; None without a finite one.

        What was looked at before the first step is no candidate, as it is none for the run's own best checkpoint.
        """
        steps, values = self.curves.get(f"metric/{value}", ([], []))
        pairs = [(v, s) for v, s in zip(values, steps, strict=True) if math.isfinite(v) and s > 0]
        if value in self.final and math.isfinite(self.final[value]):
            pairs.append((self.final[value], self.step))
        return min(pairs, key=lambda pair: (pair[0] if direction == "min" else -pair[0], pair[1])) if pairs else None


@dataclass(frozen=True)
class Skipped:
    """A folder that takes no part, and why."""

    folder: Path
    reason: str


def find(paths: Sequence[Path]) -> list[Path]:
    """Return the folders with a run.json at or below ``paths``, each once, in the order of their names."""
    found = {folder for path in paths for folder in _below(path.absolute())}
    return sorted(found, key=_by_number)


def _below(path: Path) -> Iterator[Path]:
    for folder, inside, files in os.walk(path):
        if RECORD in files:
            inside.clear()
            yield Path(folder)


def _by_number(folder: Path) -> list[tuple[int, str]]:
    """Sort job 10 of a sweep after job 9."""
    return [(int(word), "") if word.isdecimal() else (-1, word) for word in re.split(r"(\d+)", str(folder))]
