"""A training claim's runs: real ones, on almost nothing."""

from pathlib import Path

import pytest

from gan_runner.claims.claim import Bench
from gan_runner.claims.registry import entries
from gan_runner.claims.store import rounded
from gan_runner.claims.sweep import cell
from gan_runner.errors import TrainingFailedError

TINY = ["trainer.steps=4", "metric=none", "logger=none", "trainer.batch_size=8", "data.count=100"]


def test_what_is_there_is_used_and_more_seeds_join(tmp_path: Path) -> None:
    (first,) = cell(tmp_path, "fgan_line", TINY, 1)
    written = (first.folder / "metrics.jsonl").stat().st_mtime_ns
    both = cell(tmp_path, "fgan_line", TINY[::-1], 2)
    assert [run.seed for run in both] == [0, 1]
    assert both[0].folder == first.folder
    assert (first.folder / "metrics.jsonl").stat().st_mtime_ns == written
    assert len(list(tmp_path.iterdir())) == 1


def test_a_refused_sweep_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailedError, match="ended with exit code 2"):
        cell(tmp_path, "no_such_recipe", [], 1)


def test_the_printed_trace_is_judged_from_two_short_runs(tmp_path: Path) -> None:
    claim = entries()["C31"].load()
    numbers = rounded(claim.measure(Bench(2, tmp_path, 0.002)))
    assert numbers["seeds"] == 2
    assert [len(curve) for curve in numbers["curves of D"]] == [1, 1]
    assert numbers["last losses of D"] == [curve[0] for curve in numbers["curves of D"]]  # fewer steps than a window
    assert numbers["D at the first step"].startswith("0.5")
    assert numbers["seeds that agree"] == 2  # eight steps are enough to come down from 0.5
    assert claim.decide(numbers) == "confirmed"


def test_label_schemes_are_compared_by_two_short_runs_each(tmp_path: Path) -> None:
    claim = entries()["C22"].load()
    numbers = rounded(claim.measure(Bench(2, tmp_path, 0.001)))
    distances = [numbers[f"W1 at the end, {labels}"] for labels in ("(-1, 1, 0)", "(0, 1, 1)")]
    assert [len(values) for values in distances] == [2, 2]
    nearer = sum(chi < plain for chi, plain in zip(*distances, strict=True))
    assert numbers["seeds in which (-1, 1, 0) is nearer"] == nearer
    assert numbers["sign test, p"] == (1.0 if nearer == 1 else 0.5)  # by hand, of two pairs
    assert claim.decide(numbers) == "undecided"  # two seeds are too few for any verdict
    assert len(list(tmp_path.iterdir())) == 2  # a sweep a cell
