"""Killed at any moment, or told to stop, a run goes on with the same command and ends as if nothing had happened."""

import json
import signal
from pathlib import Path

import pytest

from gan_runner.training.checkpoint import load
from kill_loop import HEAVY, finish, prove, start, wait_for_lines
from running import POINTS, SMALL, assert_same_run


@pytest.mark.fault(1)
def test_killed_and_restarted_equals_undisturbed(tmp_path: Path) -> None:
    prove(tmp_path, (*POINTS, "loss=wgan_gp"), kills=3, steps=300, save_every=7)


@pytest.mark.fault(1)
@pytest.mark.fault(2)
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_twenty_kills_of_a_run_that_saves_after_each_step(tmp_path: Path) -> None:
    tally = prove(tmp_path, HEAVY, kills=20, steps=120, save_every=1)
    print(f"\n{tally}")
    assert tally.while_saving > 0, "no kill hit a save: the proof says nothing about them"


@pytest.mark.fault(1)
@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("loss", ["lsgan", "wgan", "wgan_gp"])
@pytest.mark.parametrize("optim", ["adam", "rmsprop", "sgd"])
def test_ten_kills_in_400_steps(tmp_path: Path, loss: str, optim: str) -> None:
    prove(tmp_path, (*SMALL, f"loss={loss}", f"optim={optim}"), kills=10, steps=400, save_every=25)
    print(f"\nloss={loss} optim={optim}: killed 10 times in 400 steps, the end is equal bit for bit")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, 130, marks=pytest.mark.fault(6)),
        pytest.param(signal.SIGTERM, 143, marks=pytest.mark.fault(5)),
        pytest.param(signal.SIGUSR1, 138, marks=pytest.mark.fault(5)),
    ],
)
@pytest.mark.fault(35)
def test_a_signal_saves_and_the_rest_is_the_same(tmp_path: Path, number: signal.Signals, code: int) -> None:
    overrides = (*POINTS, "trainer.steps=2000", "trainer.log_every=1", "trainer.sample_every=0", "trainer.save_every=0")
    process = start(tmp_path / "stopped", overrides)
    wait_for_lines(tmp_path / "stopped", 20, process)
    process.send_signal(number)
    _, errors = process.communicate()
    assert process.returncode == code, errors
    record = json.loads((tmp_path / "stopped" / "run.json").read_text())
    assert record["status"] == "interrupted"
    step = record["step"]
    assert 20 <= step < 2000
    assert load(tmp_path / "stopped" / "checkpoints" / "last.pt")["state"]["step"] == step
    for folder in ("stopped", "whole"):
        finish(tmp_path / folder, (*overrides, f"trainer.steps={step + 5}"))
    assert_same_run(tmp_path / "whole", tmp_path / "stopped")
