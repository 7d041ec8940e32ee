import io
import json
import math
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from gan_runner import lock
from gan_runner.compare.comparison import compare
from gan_runner.compare.comparison_csv import as_csv
from gan_runner.compare.reading import read
from gan_runner.compare.runs import Run, Skipped, find
from gan_runner.compare.table import as_table
from gan_runner.reporting.runfile import RunFile

WriteRun = Callable[..., Path]


def change(folder: Path, **fields: object) -> None:
    file = folder / "run.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | fields), encoding="utf-8")


def read_run(folder: Path) -> Run:
    run = read(folder)
    assert isinstance(run, Run), run
    return run


def test_runs_are_found_at_any_depth_once_and_job_10_follows_job_9(run_folder: WriteRun, tmp_path: Path) -> None:
    for name in ("10_a", "9_a", "deep/er/1_b"):
        run_folder(name)
    runs = tmp_path / "runs"
    names = [str(path.relative_to(runs)) for path in find([runs, runs / "9_a"])]
    assert names == ["9_a", "10_a", "deep/er/1_b"]


def test_a_run_is_read_as_it_was_written(run_folder: WriteRun) -> None:
    run = read_run(run_folder("a", fids=(20.0, None, 5.0), seed=3))
    assert (run.seed, run.step, run.failed, run.data) == (3, 300, False, "mnist")
    steps, values = run.curves["metric/fid"]
    assert steps == [100, 200, 300]
    assert values[0] == 20.0
    assert math.isnan(values[1])
    assert run.settings["optim.generator.lr"] == "${optim.lr}"
    assert sorted(run.pictures) == [100, 200, 300]
    assert run.best("fid", "min") == (5.0, 300)
    assert run.best("fid", "max") == (20.0, 100)


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("run.json", '{"status": "fini', "run.json"),
        ("run.json", "[1, 2]", "run.json"),
        ("run.json", "[" * 100_000, "nested|run.json"),
        ("run.json", "{}", "status ''"),
        ("metrics.jsonl", "", "metrics.jsonl"),
        ("metrics.jsonl", "no json\n[1]\n", "metrics.jsonl"),
        (".hydra/config.yaml", "a: [1", "config.yaml"),
        (".hydra/config.yaml", "- 1\n", "config.yaml"),
        (".hydra/config.yaml", "a: &x [1]\nb: [*x, *x]\n", "config.yaml"),
    ],
)
def test_damaged_files_are_named(run_folder: WriteRun, file: str, content: str, reason: str) -> None:
    folder = run_folder("a")
    (folder / file).write_text(content, encoding="utf-8")
    skipped = read(folder)
    assert isinstance(skipped, Skipped)
    assert "damaged" in skipped.reason
    assert any(word in skipped.reason for word in reason.split("|"))


@pytest.mark.parametrize("file", ["metrics.jsonl", ".hydra/config.yaml"])
def test_missing_files_are_named(run_folder: WriteRun, file: str) -> None:
    folder = run_folder("a")
    (folder / file).unlink()
    skipped = read(folder)
    assert isinstance(skipped, Skipped)
    assert file in skipped.reason


def test_a_torn_last_line_and_missing_samples_cost_only_themselves(run_folder: WriteRun) -> None:
    folder = run_folder("a")
    with (folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"step": 400, "metric/fi')
    for picture in (folder / "samples").iterdir():
        picture.unlink()
    run = read_run(folder)
    assert run.curves["metric/fid"][0] == [100, 200, 300]
    assert not run.pictures


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "interrupted", "step": 20, "steps": 300}, "interrupted at step 20 of 300"),
        ({"status": "running", "host": socket.gethostname(), "steps": 300}, "interrupted at step 300 of 300, killed"),
        ({"status": "running", "host": "elsewhere", "pid": 1}, "on another host (elsewhere)"),
        ({"status": "melted"}, "no status 'melted'"),
        ({"seed": "zero"}, 'seed is "zero"'),
        ({"data": "mnist"}, 'data is "mnist"'),
    ],
)
def test_what_is_unfinished_or_of_a_wrong_type_is_named(
    run_folder: WriteRun, fields: dict[str, object], reason: str
) -> None:
    folder = run_folder("a")
    change(folder, **fields)
    skipped = read(folder)
    assert isinstance(skipped, Skipped)
    assert reason in skipped.reason


@pytest.mark.fault(35)
def test_a_run_in_whose_folder_a_process_trains_is_still_running(run_folder: WriteRun) -> None:
    folder = run_folder("a")
    change(folder, status="running", host=socket.gethostname())
    with lock.hold(folder):
        skipped = read(folder)
    assert isinstance(skipped, Skipped)
    assert "still running" in skipped.reason
    assert RunFile.read(folder)["status"] == "running"  # type: ignore[index]


def test_without_a_metric_in_the_record_the_known_values_have_their_usual_direction(run_folder: WriteRun) -> None:
    measure = read_run(run_folder("a", metric=None)).measure
    assert measure is not None
    assert measure.monitor == "fid"
    assert measure.directions == {"fid": "min", "classes": "max"}


def test_control_codes_of_a_strangers_file_are_spelled_out(run_folder: WriteRun) -> None:
    run = read_run(run_folder("a", status="failed", error="bad \x1b[31m\nnews \ud800", choices={"loss": "\x07"}))
    assert run.error == "bad \\x1b[31m news \\ud800"
    assert run.choices["loss"] == "\\x07"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
FIELDS = [
    "error",
    "step",
    "seed",
    "data",
    "metric",
    "alarms",
    "stopped_early",
    "final",
    "seconds",
    "versions",
    "choices",
]


@pytest.mark.fuzz
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.dictionaries(st.sampled_from(FIELDS), JSON, min_size=1, max_size=3), curve=JSON)
def test_whatever_a_record_holds_it_is_read_or_named(
    tmp_path_factory: pytest.TempPathFactory, run_folder: WriteRun, damage: dict[str, object], curve: object
) -> None:
    root = tmp_path_factory.mktemp("fuzz")
    whole = run_folder(f"{root.name}/whole")
    broken = run_folder(f"{root.name}/broken", loss="gan")
    change(broken, **damage)
    with (broken / "metrics.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"step": 400, "metric/fid": curve, "loss/$\\x$": 1.0}) + "\n")
    comparison = compare([whole, broken])
    assert len(comparison.runs) + len(comparison.skipped) == 2
    assert len(as_csv(comparison).splitlines()) == 3
    Console(file=io.StringIO()).print(as_table(comparison))


@pytest.mark.fuzz
@settings(max_examples=40)
@given(
    name=st.sampled_from(("run.json", "metrics.jsonl", ".hydra/config.yaml", ".hydra/overrides.yaml")), data=st.data()
)
def test_damaged_files_cost_a_run_at_most_itself(
    tmp_path_factory: pytest.TempPathFactory,
    run_folder: WriteRun,
    damage: Callable[..., bytes],
    name: str,
    data: st.DataObject,
) -> None:
    folder = run_folder(f"{tmp_path_factory.mktemp('damaged').name}/a")
    (folder / name).write_bytes(damage(data, (folder / name).read_bytes()))
    found = read(folder)
    assert isinstance(found, Run) or found.reason.isprintable()


@pytest.mark.parametrize("monitor", [[], {}, ["fid"], 3, None])
def test_a_monitor_that_is_no_word_is_none(run_folder: WriteRun, monitor: object) -> None:
    measure = read_run(run_folder("a", metric={"monitor": monitor, "directions": {"fid": "min"}})).measure
    assert measure is not None
    assert measure.monitor == "fid"
