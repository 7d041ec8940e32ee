import json
import math
from pathlib import Path

import pytest

from gan_runner.reporting.jsonl import JsonLines, read_metrics


def write(folder: Path, start_step: int, steps: range) -> None:
    lines = JsonLines(folder, start_step)
    for step in steps:
        lines.scalars(step, {"loss/generator": step / 3})
    lines.close()


def test_one_object_a_line_with_the_step_first_and_floats_in_full(tmp_path: Path) -> None:
    write(tmp_path, 0, range(1, 3))
    assert (tmp_path / "metrics.jsonl").read_text() == (
        '{"step": 1, "loss/generator": 0.3333333333333333}\n{"step": 2, "loss/generator": 0.6666666666666666}\n'
    )


def test_each_line_is_on_the_disk_at_once(tmp_path: Path) -> None:
    lines = JsonLines(tmp_path, 0)
    lines.scalars(1, {"a": 1.0})
    assert len(read_metrics(tmp_path / "metrics.jsonl")) == 1


def test_resume_keeps_the_lines_up_to_the_step_and_joins(tmp_path: Path) -> None:
    write(tmp_path, 0, range(10))
    write(tmp_path, 4, range(5, 8))
    assert [row["step"] for row in read_metrics(tmp_path / "metrics.jsonl")] == list(range(8))


def test_a_fresh_run_keeps_nothing_of_an_earlier_attempt(tmp_path: Path) -> None:
    write(tmp_path, 0, range(3))
    write(tmp_path, 0, range(2))
    assert [row["step"] for row in read_metrics(tmp_path / "metrics.jsonl")] == [0, 1]


@pytest.mark.fault(1)
@pytest.mark.parametrize("torn", ['{"step": 3, "loss/gen', '{"step": 3}', "\x00\x00"])
def test_a_torn_last_line_is_dropped_on_resume(tmp_path: Path, torn: str) -> None:
    write(tmp_path, 0, range(1, 3))
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write(torn)
    write(tmp_path, 3, range(4, 5))
    assert [row["step"] for row in read_metrics(tmp_path / "metrics.jsonl")] == [1, 2, 4]


def test_reading_tolerates_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b'{"step": 1, "a": 2.5}\n{"step": 2, "a": 3.\n{"step": 3}\n{"step": 4, "n": "\xc3')
    assert read_metrics(path) == [{"step": 1, "a": 2.5}, {"step": 3}]


def test_numbers_that_are_not_finite_are_null_and_read_as_nan(tmp_path: Path) -> None:
    JsonLines(tmp_path, 0).scalars(1, {"a": math.nan, "b": -math.inf, "c": 1.0})
    text = (tmp_path / "metrics.jsonl").read_text()
    assert json.loads(text) == {"step": 1, "a": None, "b": None, "c": 1.0}
    (row,) = read_metrics(tmp_path / "metrics.jsonl")
    assert math.isnan(row["a"])
    assert math.isnan(row["b"])


def test_folder_with_spaces_and_accents(tmp_path: Path) -> None:
    folder = tmp_path / "été 数据 1"
    folder.mkdir()
    write(folder, 0, range(3))
    write(folder, 1, range(2, 3))
    assert [row["step"] for row in read_metrics(folder / "metrics.jsonl")] == [0, 1, 2]
