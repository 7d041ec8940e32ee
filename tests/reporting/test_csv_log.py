import csv
import math
from pathlib import Path

from gan_runner.reporting.csv_log import Csv


def rows(folder: Path) -> list[tuple[int, str, float]]:
    with (folder / "metrics.csv").open(newline="") as file:
        return [(int(row["step"]), row["name"], float(row["value"])) for row in csv.DictReader(file)]


def test_long_format_with_floats_in_full(tmp_path: Path) -> None:
    Csv(tmp_path, 0).scalars(1, {"loss/generator": 1 / 3, 'odd, "name"': 2.0})
    assert (tmp_path / "metrics.csv").read_text().splitlines()[0] == "step,name,value"
    assert rows(tmp_path) == [(1, "loss/generator", 1 / 3), (1, 'odd, "name"', 2.0)]


def test_resume_cuts_back_and_joins(tmp_path: Path) -> None:
    first = Csv(tmp_path, 0)
    for step in range(10):
        first.scalars(step, {"a": float(step)})
    with (tmp_path / "metrics.csv").open("a") as file:
        file.write("1,a")
    second = Csv(tmp_path, 4)
    for step in range(5, 8):
        second.scalars(step, {"a": float(step)})
    assert rows(tmp_path) == [(step, "a", float(step)) for step in range(8)]


def test_a_fresh_run_keeps_nothing_and_a_resume_may_find_no_file(tmp_path: Path) -> None:
    Csv(tmp_path, 0).scalars(0, {"a": 1.0})
    Csv(tmp_path, 0).scalars(0, {"a": 2.0})
    assert rows(tmp_path) == [(0, "a", 2.0)]
    (tmp_path / "metrics.csv").unlink()
    Csv(tmp_path, 5).scalars(6, {"a": 3.0})
    assert rows(tmp_path) == [(6, "a", 3.0)]


def test_numbers_that_are_not_finite(tmp_path: Path) -> None:
    Csv(tmp_path, 0).scalars(1, {"a": math.nan, "b": math.inf})
    assert math.isnan(rows(tmp_path)[0][2])
    assert rows(tmp_path)[1][2] == math.inf
