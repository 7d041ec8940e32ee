"""What is read out of the results: quartiles, ratios, the table, and whether a commit cost speed."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.compare import main
from benchmarks.figures import HEADER, gain, row, share_of_peak, spread, table

ROOT = Path(__file__).parents[2]


def results(train: float = 10.0, bf16: float = 5.0, threads: int = 2) -> dict[str, Any]:
    milliseconds = {
        "fp32": {"textbook": [20.0, 30.0, 40.0], "bare": [10.0, 10.0, 10.0], "gan-train": [train] * 3},
        "bf16": {"textbook": [20.0, 20.0, 20.0], "bare": [4.0, 4.0, 4.0], "gan-train": [bf16] * 3},
    }
    net = {
        "name": "toy",
        "batch": 50,
        "goals": {"fp32": 2.3, "bf16": 3.5, "share": 0.5},
        "megaflops_per_image": {"textbook": 8.0, "bare": 6.0, "gan-train": 6.0},
        "milliseconds": milliseconds,
    }
    made = {"threads": threads, "cores": 2, "processor": "P", "versions": {"torch": "2"}, "date": "2026-01-02T03"}
    return {"made": {**made, "commit": "0123456789ab"}, "peak_gflops": 100.0, "nets": [net]}


def test_spread_is_the_median_between_the_quartiles() -> None:
    assert spread([5.0, 1.0, 2.0, 4.0, 3.0]) == (2.0, 3.0, 4.0)
    assert spread([7.0]) == (7.0, 7.0, 7.0)


def test_gain_is_the_ratio_within_each_round() -> None:
    (net,) = results()["nets"]
    assert gain(net, ("fp32", "gan-train"), ("fp32", "textbook")) == (2.5, 3.0, 3.5)
    net["milliseconds"]["fp32"]["gan-train"] = [10.0, 15.0, 20.0]
    assert gain(net, ("fp32", "gan-train"), ("fp32", "textbook")) == (2.0, 2.0, 2.0)


def test_share_of_peak_by_hand() -> None:
    # 6 Mflop x 50 images in 10 ms are 30 Gflop/s, of 100
    assert share_of_peak(results()["nets"][0], 100.0) == pytest.approx(0.3)


def test_the_table_has_a_cell_for_every_column() -> None:
    whole = results()
    line = row(whole["nets"][0], 100.0)
    assert line.count("|") == HEADER.count("|")
    assert line.startswith("| toy, 50 | 30.0 | 10.0 | 3.00 (2.50 to 3.50) | 2.3 | 6.00 (5.00 to 7.00) | 3.5 | 1.00 (")
    assert line.endswith("| 30% | 50% |")
    assert (
        table(whole).splitlines()[0].startswith("P, 2 of 2 cores, fp32 peak 100 GFLOP/s, torch 2, 2026-01-02, commit")
    )
    assert table(whole).splitlines()[-1] == line


@pytest.mark.parametrize(
    ("after", "code"),
    [(results(), 0), (results(train=10.4), 0), (results(train=10.6), 1), (results(bf16=6.0), 1), (results(5.0), 0)],
)
def test_compare_fails_if_a_net_lost_more_than_a_twentieth(after: dict[str, Any], code: int, tmp_path: Path) -> None:
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path, content in zip(paths, (results(), after), strict=True):
        path.write_text(json.dumps(content))
    assert main([str(path) for path in paths]) == code


def test_compare_prints_a_line_a_precision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in (("a", results()), ("b", results(train=20.0))):
        (tmp_path / name).write_text(json.dumps(content))
    assert main([str(tmp_path / "a"), str(tmp_path / "b")]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert "3.00 -> 1.50 times the textbook's speed: 0.500  (10.0 -> 20.0 ms)  LOST" in first
    assert "6.00 -> 6.00 times the textbook's speed: 1.000" in second
    assert "LOST" not in second


def test_compare_refuses_what_cannot_be_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in (("a", results()), ("b", results(threads=1))):
        (tmp_path / name).write_text(json.dumps(content))
    assert main([str(tmp_path / "a"), str(tmp_path / "b")]) == 2
    assert "threads 2 and 1" in capsys.readouterr().err
    assert main([str(tmp_path / "a")]) == 2
    other = results()
    other["nets"][0]["batch"] = 4
    (tmp_path / "b").write_text(json.dumps(other))
    assert main([str(tmp_path / "a"), str(tmp_path / "b")]) == 2


def test_the_page_takes_the_table_from_the_results(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("performance", ROOT / "docs" / "performance_page.py")
    assert spec is not None
    assert spec.loader is not None
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    path = tmp_path / "cpu.json"
    path.write_text(json.dumps(results()))
    (text,) = page.generated(path).values()
    assert table(results()) in text
    (text,) = page.generated().values()
    assert text == page.PAGE.read_text(encoding="utf-8"), "run make docs"
