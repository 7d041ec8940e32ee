"""A job that trains in next to no time, and jobs whose process is a few lines of Python."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gan_runner.sweeps.jobs import Entry, Job


@pytest.fixture
def job(tmp_path: Path) -> Callable[..., Job]:
    def make(number: int = 0, steps: int = 4, threads: int = 1, overrides: tuple[str, ...] = ()) -> Job:
        folder = tmp_path / "sweep" / str(number)
        return Job(number, f"seed={number}", overrides, f"digest{number}", folder, steps, threads)

    return make


@pytest.fixture
def entry(job: Callable[..., Job]) -> Callable[..., Entry]:
    return lambda number=0, steps=4: Entry(job(number, steps), steps)


@pytest.fixture
def write_run() -> Callable[..., None]:
    def write(folder: Path, **fields: object) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.json").write_text(json.dumps(fields), encoding="utf-8")

    return write
