"""What may befall a run while it trains: the disk refuses, the folder goes, the memory ends, the clock is set back."""

import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from gan_runner.errors import TrainingFailedError
from gan_runner.training.checkpoint import Checkpoints, load, save
from kill_loop import finish, start, wait_for_lines
from running import POINTS, SMALL, assert_same, assert_same_run, composed, metrics, run, train_config

EVERY = ("trainer.log_every=1", "trainer.sample_every=0", "trainer.save_every=1")


def run_json(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return content


def last_words(errors: str) -> str:
    """Return what the command says in the end, which is one line."""
    (line,) = [line for line in errors.splitlines() if line.startswith("gan_runner: ")]
    return line


@pytest.fixture
def begin() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return `start`; what it has started and is still there in the end, because a test failed, is killed."""
    begun: list[subprocess.Popen[str]] = []

    def begin(folder: Path, words: tuple[str, ...]) -> subprocess.Popen[str]:
        begun.append(start(folder, words))
        return begun[-1]

    yield begin
    for process in begun:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


@pytest.mark.fault(4)
def test_a_disk_that_refuses_checkpoints_costs_none_of_the_old_and_the_next_command_goes_on(tmp_path: Path) -> None:
    words = (*POINTS, *EVERY)
    run(tmp_path / "run", *words, "trainer.steps=2")
    command = [sys.executable, "-m", "gan_runner.cli.train", *words, "trainer.steps=6", "resume=auto"]
    room = (tmp_path / "run" / "checkpoints" / "last.pt").stat().st_size // 2  # for all files but checkpoints

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    full = subprocess.run(
        [*command, f"hydra.run.dir={tmp_path / 'run'}"],
        preexec_fn=limited,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert full.returncode == 1, full.stderr
    assert "step 6 could not be saved" in last_words(full.stderr)
    assert "File too large" in full.stderr
    assert [line["step"] for line in metrics(tmp_path / "run")] == [1, 2, 3, 4, 5, 6]
    assert run_json(tmp_path / "run")["status"] == "failed"
    folder = tmp_path / "run" / "checkpoints"
    assert [path.name for path in Checkpoints(folder, 9).numbered()] == ["000001.pt", "000002.pt"]
    assert not list(folder.glob(".*"))
    run(tmp_path / "run", *words, "trainer.steps=6", "resume=auto")
    run(tmp_path / "whole", *words, "trainer.steps=6")
    assert_same_run(tmp_path / "whole", tmp_path / "run")


HIT = """
import os, signal, sys, time
from gan_runner import reporting, training
import gan_runner.reporting.recorder, gan_runner.training.checkpoint, gan_runner.training.evaluator
where, number, times = {where}, signal.Signals({number}), {times}
owner, name = where
plain = getattr(owner, name)
def hit(*args, **named):
    setattr(owner, name, plain)
    for _ in range(times):
        os.kill(os.getpid(), number)
        time.sleep(0.05)  # the handler runs in the main thread, wherever this one is
    return plain(*args, **named)
setattr(owner, name, hit)
from gan_runner.cli.train import main
main()
"""
MOMENTS = {
    "sampling": "reporting.recorder.RunRecorder, 'samples'",
    "evaluating": "training.evaluator.Evaluator, 'evaluate'",
    "saving": "training.checkpoint.Checkpoints, 'save'",
}


def hit_while(moment: str, number: signal.Signals, times: int, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process that signals itself in the middle of something else than a step."""
    program = HIT.format(where=f"({MOMENTS[moment]})", number=int(number), times=times)
    judged = ("metric=modes", "metric.samples=200", "metric.wasserstein_samples=20", "trainer.eval_every=4")
    words = (*POINTS, *judged, "trainer.sample_every=3", "trainer.save_every=2", "trainer.steps=100000")
    command = [sys.executable, "-c", program, *words, f"hydra.run.dir={folder}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.fault(5)
@pytest.mark.fault(35)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_signal_is_heard_in_whatever_the_run_is_doing(tmp_path: Path, moment: str) -> None:
    done = hit_while(moment, signal.SIGTERM, 1, tmp_path)
    assert done.returncode == 143, done.stderr
    record = run_json(tmp_path)
    assert record["status"] == "interrupted"
    assert 0 < record["step"] < 100
    assert load(tmp_path / "checkpoints" / "last.pt")["state"]["step"] == record["step"]


@pytest.mark.fault(6)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_second_ctrl_c_ends_at_once_and_spoils_nothing(tmp_path: Path, moment: str) -> None:
    done = hit_while(moment, signal.SIGINT, 2, tmp_path)
    assert done.returncode == 130, done.stderr
    numbered = Checkpoints(tmp_path / "checkpoints", 9).numbered()
    assert all(load(path) for path in numbered)
    assert len(numbered) == (0 if moment == "saving" else 1)


@pytest.mark.fault(8)
@pytest.mark.fault(35)
@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB"), MemoryError()]
)
def test_too_little_memory_is_one_sentence_with_the_batch_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def step(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr("gan_runner.training.engine.Engine.step", step)
    with pytest.raises(
        TrainingFailedError, match=r"^out of memory with trainer\.batch_size=8; use a smaller"
    ) as caught:
        run(tmp_path, *POINTS)
    assert "\n" not in str(caught.value)
    assert (run_json(tmp_path)["status"], run_json(tmp_path)["error"]) == ("failed", str(caught.value))


@pytest.mark.fault(15)
def test_a_clock_that_is_set_back_while_training_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "steady", *POINTS, *EVERY, "logger=tensorboard")
    now = time.time()
    hours = itertools.count()
    monkeypatch.setattr(time, "time", lambda: now - 3600.0 * next(hours))
    run(tmp_path / "back", *POINTS, *EVERY, "logger=tensorboard")
    assert_same_run(tmp_path / "steady", tmp_path / "back")
    assert 0 <= load(tmp_path / "back" / "checkpoints" / "last.pt")["state"]["seconds"] < 60


FREE = {
    "where and under which name": ("tags=[again]", "logger=csv", "name=other"),
    "how often it looks up": (
        "trainer.log_every=2",
        "trainer.sample_every=1",
        "trainer.save_every=2",
        "trainer.keep=5",
    ),
    "how long, and what it keeps": ("trainer.patience=3", "trainer.keep=5"),
}
"""Settings that a continuation may change; those that shape the result are refused (tests/test_resume.py)."""


@pytest.mark.fault(17)
@pytest.mark.parametrize("change", FREE)
def test_settings_that_do_not_shape_the_result_may_change(tmp_path: Path, change: str) -> None:
    run(tmp_path / "whole", *POINTS, "trainer.steps=6")
    run(tmp_path / "parts", *POINTS, "trainer.steps=3")
    run(tmp_path / "parts", *POINTS, *FREE[change], "trainer.steps=6", "resume=auto")
    ends = [load(tmp_path / name / "checkpoints" / "last.pt") for name in ("whole", "parts")]
    for key in ("networks", "average", "optimizers", "rng", "stream", "turns"):
        assert_same(ends[0][key], ends[1][key], key)


@pytest.mark.fault(18)
def test_a_run_of_two_gpus_goes_on_where_there_is_none(tmp_path: Path) -> None:
    config = composed(*POINTS, "trainer.steps=6")
    train_config(config, tmp_path / "whole")
    train_config(composed(*POINTS, "trainer.steps=3"), tmp_path / "parts")
    path = tmp_path / "parts" / "checkpoints" / "000003.pt"
    content = load(path)
    content["rng"]["cuda"] = [torch.get_rng_state(), torch.get_rng_state()]
    content["config"]["device"] = "cuda:1"
    save(path, content)
    train_config(config | {"device": "cpu"}, tmp_path / "parts", resume="auto")
    assert_same_run(tmp_path / "whole", tmp_path / "parts")


@pytest.mark.fault(36)
def test_a_folder_that_vanishes_costs_what_was_in_it_and_not_what_was_learned(
    tmp_path: Path, begin: Any, gan_train: Any
) -> None:
    folder, words = tmp_path / "run", (*POINTS, *EVERY, "trainer.steps=1000000", "trainer.save_every=0")
    process = begin(folder, words)
    wait_for_lines(folder, 5, process)
    os.replace(folder, tmp_path / "gone")
    time.sleep(0.5)
    assert process.poll() is None, "training goes on"
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 143, errors
    assert "training goes on" in errors
    step = run_json(folder)["step"]
    again = gan_train(f"resume={folder}", f"trainer.steps={step + 5}")  # as the last line advises
    assert again.returncode == 0, again.stderr
    finish(tmp_path / "whole", (*words, f"trainer.steps={step + 5}"))
    ends = [load(tmp_path / place / "checkpoints" / "last.pt") for place in ("run", "whole")]
    assert_same(ends[0]["networks"], ends[1]["networks"])


@pytest.mark.fault(36)
def test_checkpoints_that_cannot_be_written_for_a_while_are_written_again_afterwards(
    tmp_path: Path, begin: Any
) -> None:
    folder, words = tmp_path / "run", (*SMALL, *EVERY, "trainer.steps=1000000")
    process = begin(folder, words)
    wait_for_lines(folder, 5, process)
    os.replace(folder / "checkpoints", tmp_path / "away")
    (folder / "checkpoints").touch()  # works for root too, whom no permission stops
    wait_for_lines(folder, len(metrics(folder)) + 20, process)
    assert process.poll() is None, "training goes on"
    (folder / "checkpoints").unlink()
    os.replace(tmp_path / "away", folder / "checkpoints")
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 143, errors
    assert "not saved" in errors
    step = run_json(folder)["step"]
    for place in ("run", "whole"):
        finish(tmp_path / place, (*words, f"trainer.steps={step + 2}"))
    assert_same_run(tmp_path / "whole", folder)
