from collections.abc import Callable
from pathlib import Path

import pytest

from gan_runner.compare.comparison import compare
from gan_runner.errors import UsageError

WriteRun = Callable[..., Path]

OTHERS = [
    ({"data": {"name": "hwdb", "fingerprint": "cd34"}}, "of other data: hwdb (most here are of mnist)"),
    ({"data": {"name": "mnist", "fingerprint": "cd34"}}, "other content under the same name"),
    ({"versions": {"gan-runner": "0.0.1"}}, "of another version: gan-runner 0.0.1"),
    (
        {"config": {"metric": {"_target_": "gan_runner.metrics.modes.Modes", "samples": 2000}}},
        "of another metric: metric=modes (most here have metric=classifier)",
    ),
    ({"config": {"metric": {"_target_": None}}}, "of another metric: metric=none (most here have metric=classifier)"),
    (
        {"config": {"metric": {"_target_": "gan_runner.metrics.classifier.Classifier", "samples": 2000}}},
        "measured otherwise: metric.samples=2000 (most here have metric.samples=10000)",
    ),
]


@pytest.mark.parametrize(("settings", "reason"), OTHERS)
def test_what_cannot_be_compared_is_named_and_left_out(
    run_folder: WriteRun, tmp_path: Path, settings: dict[str, object], reason: str
) -> None:
    run_folder("a", seed=0)
    run_folder("b", seed=1)
    run_folder("other", seed=2, **settings)
    comparison = compare([tmp_path])
    assert [run.seed for run in comparison.runs] == [0, 1]
    (skipped,) = comparison.skipped
    assert skipped.folder.name == "other"
    assert reason in skipped.reason


def test_the_same_seed_twice_is_counted_once(run_folder: WriteRun, tmp_path: Path) -> None:
    run_folder("early", started="2026-01-01T00:00:00+00:00")
    run_folder("late", started="2026-01-02T00:00:00+00:00")
    comparison = compare([tmp_path])
    assert [run.folder.name for run in comparison.runs] == ["late"]
    assert comparison.skipped[0].reason == "seed 0 again: same settings and seed as late"


def test_runs_without_a_metric_are_compared_by_their_looks(run_folder: WriteRun, tmp_path: Path) -> None:
    run_folder("a", metric=None, final=None)
    comparison = compare([tmp_path])
    assert comparison.ranking.value is None
    with pytest.raises(UsageError, match="they measured nothing"):
        compare([tmp_path], value="fid")


def test_nothing_to_compare_is_one_sentence(run_folder: WriteRun, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none has a run\.json"):
        compare([tmp_path])
    run_folder("a", status="interrupted")
    with pytest.raises(UsageError, match=r"none of 1 run folders .* interrupted"):
        compare([tmp_path])
