"""Checkpoints are written beside the training, one at a time, and a disk that refuses is told."""

import threading
from pathlib import Path
from typing import Any

import pytest
import torch

from gan_runner.build import build
from gan_runner.training.checkpoint import Checkpoints, load
from gan_runner.training.saver import Saver
from gan_runner.training.state import RunState, capture

POINTS = ("data=gaussian_mixture", "trainer=smoke", "metric=none", "logger=none", "arch.generator.hidden=[16]")


class Slow(Checkpoints):
    """Writes only when let."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, keep=9)
        self.let = threading.Event()
        self.begun = threading.Semaphore(0)
        self.writing = 0
        self.most = 0

    def save(self, step: int, state: dict[str, Any], best_step: int | None = None) -> Path:
        self.writing += 1
        self.most = max(self.most, self.writing)
        self.begun.release()
        assert self.let.wait(60)
        path = super().save(step, state, best_step)
        self.writing -= 1
        return path


@pytest.mark.fault(34)
def test_training_goes_on_while_a_checkpoint_is_written_and_does_not_change_it(
    compose_config: Any, tmp_path: Path
) -> None:
    parts = build(compose_config(*POINTS))
    parts.engine.step(parts.stream)
    checkpoints = Slow(tmp_path)
    with Saver(checkpoints, 0) as saver:
        saver.begin(1, capture(parts.engine, parts.stream, RunState(step=1)), None)
        checkpoints.begun.acquire()
        then = {name: weight.clone() for name, weight in parts.game.networks.state_dict().items()}
        position = parts.stream.state_dict()
        parts.engine.step(parts.stream)
        assert saver.saved == 0
        checkpoints.let.set()
        saver.finish()
        assert saver.saved == 1
    kept = load(tmp_path / "000001.pt")
    assert kept["stream"] == position
    assert kept["networks"].keys() == then.keys()
    assert all(torch.equal(weight, then[name]) for name, weight in kept["networks"].items())
    assert any(not torch.equal(weight, then[name]) for name, weight in parts.game.networks.state_dict().items())


@pytest.mark.fault(34)
def test_one_checkpoint_is_written_at_a_time(tmp_path: Path) -> None:
    checkpoints = Slow(tmp_path)
    checkpoints.let.set()
    with Saver(checkpoints, 0) as saver:
        for step in range(1, 9):
            saver.finish()
            saver.begin(step, {"step": step}, None)
    assert checkpoints.most == 1
    assert saver.saved == 8
    assert [load(path)["step"] for path in checkpoints.numbered()] == list(range(1, 9))


@pytest.mark.fault(4)
def test_a_disk_that_refuses_is_told_once_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warnings_logged: list[str]
) -> None:
    checkpoints = Checkpoints(tmp_path, keep=9)
    plain = checkpoints.save

    def save(step: int, *rest: Any) -> Path:
        if step == 2:
            raise OSError(28, "No space left on device")
        return plain(step, *rest)

    monkeypatch.setattr(checkpoints, "save", save)
    with Saver(checkpoints, 0) as saver:
        for step in (1, 2, 3):
            saver.begin(step, {"step": step}, None)
            saver.finish()
            saver.finish()
            assert saver.saved == (3 if step == 3 else 1)
    said = "step 2 is not saved: [Errno 28] No space left on device; older checkpoints are untouched"
    assert warnings_logged == [said]


@pytest.mark.fault(34)
def test_leaving_waits_for_the_last_one(tmp_path: Path) -> None:
    checkpoints = Slow(tmp_path)
    threading.Timer(0.2, checkpoints.let.set).start()
    with Saver(checkpoints, 0) as saver:
        saver.begin(5, {"step": 5}, None)
    assert load(tmp_path / "last.pt")["step"] == 5
