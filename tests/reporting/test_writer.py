import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from gan_runner.reporting.csv_log import Csv
from gan_runner.reporting.jsonl import JsonLines, read_metrics
from gan_runner.reporting.writer import Backend, Writer


class Recorder(Backend):
    def __init__(self, folder: Path, start_step: int) -> None:
        self.calls: list[object] = []

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        self.calls.append((step, dict(values)))

    def close(self) -> None:
        self.calls.append("closed")


class Failing(Recorder):
    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        self.calls.append("tried")
        raise OSError(28, "No space left on device")


class Stubborn(Failing):
    essential = True


def test_everything_reaches_every_backend(tmp_path: Path) -> None:
    first, second = Recorder(tmp_path, 0), Recorder(tmp_path, 0)
    writer = Writer([first, second])
    writer.scalars(1, {"loss/generator": 0.5})
    writer.close()
    assert first.calls == second.calls == [(1, {"loss/generator": 0.5}), "closed"]


def test_what_a_backend_has_no_use_for_is_no_error(tmp_path: Path, warnings_logged: list[str]) -> None:
    writer = Writer([Recorder(tmp_path, 0), JsonLines(tmp_path, 0), Csv(tmp_path, 0)])
    writer.image(1, "samples", torch.zeros(1, 2, 2, dtype=torch.uint8))
    writer.text(0, "config", "a: 1")
    writer.hparams({"loss": "lsgan"}, {})
    writer.flush()
    writer.close()
    assert warnings_logged == []


@pytest.mark.fault(29)
def test_a_failing_backend_is_reported_once_closed_and_given_up(tmp_path: Path, warnings_logged: list[str]) -> None:
    failing, healthy = Failing(tmp_path, 0), Recorder(tmp_path, 0)
    writer = Writer([failing, healthy])
    writer.scalars(1, {"a": 1.0})
    writer.scalars(2, {"a": 2.0})
    assert failing.calls == ["tried", "closed"]
    assert healthy.calls == [(1, {"a": 1.0}), (2, {"a": 2.0})]
    assert len(warnings_logged) == 1
    assert "Failing" in warnings_logged[0]
    assert "No space left on device" in warnings_logged[0]


@pytest.mark.fault(29)
def test_an_essential_backend_is_tried_every_time_and_reported_once(tmp_path: Path, warnings_logged: list[str]) -> None:
    stubborn = Stubborn(tmp_path, 0)
    writer = Writer([stubborn])
    writer.scalars(1, {"a": 1.0})
    writer.scalars(2, {"a": 2.0})
    assert stubborn.calls == ["tried", "tried"]
    assert len(warnings_logged) == 1


@pytest.mark.fault(36)
def test_metrics_go_on_when_the_folder_comes_back(tmp_path: Path, warnings_logged: list[str]) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    writer = Writer([JsonLines(folder, 0), Csv(folder, 0)])
    writer.scalars(1, {"a": 1.0})
    folder.rename(tmp_path / "away")
    writer.scalars(2, {"a": 2.0})
    (tmp_path / "away").rename(folder)
    writer.scalars(3, {"a": 3.0})
    assert [row["step"] for row in read_metrics(folder / "metrics.jsonl")] == [1, 3]
    assert len(warnings_logged) == 2


def test_reading_run_folders_does_not_import_torch() -> None:
    modules = "jsonl, csv_log, runfile, writer, tensorboard, progress"
    code = f"import sys; from gan_runner.reporting import {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
