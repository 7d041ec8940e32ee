"""Several processes that train one run: one folder, any number of them at any time, and none left behind."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf

from gan_runner.cli.launched import launched, refuse_sweeps
from gan_runner.errors import UsageError
from gan_runner.reporting.jsonl import read_metrics
from gan_runner.run import Request, train
from gan_runner.training.checkpoint import load

POINTS = (
    "data=gaussian_mixture",
    "data.count=100",
    "trainer=smoke",
    "arch.generator.hidden=[16]",
    "arch.discriminator.hidden=[16]",
    "loss=wgan_gp",
    "trainer.sample_every=0",
    "trainer.save_every=10",
    "trainer.eval_every=10",
)
JUDGED = (*POINTS, "metric=modes", "metric.samples=200", "metric.wasserstein_samples=20")
ENDLESS = (*POINTS, "metric=none", "logger=none", "trainer.steps=1000000")
FILES = {"checkpoints", "metrics.jsonl", "run.json", "samples", "train.log", ".hydra"}


def alone(compose_config: Any, folder: Path, *overrides: str) -> None:
    """Train in this process."""
    config = compose_config(*JUDGED, *overrides)
    train(Request(config, {"loss": "x"}, {"config.yaml": OmegaConf.to_yaml(config)}, folder, "gan-train"))


def torchrun(folder: Path, *overrides: str) -> str:
    """Train as two processes and return what they and torchrun said."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "gan_runner"]
    words = [*JUDGED, *overrides, f"hydra.run.dir={folder}"]
    done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=240, cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    return done.stderr


def scalars(folder: Path) -> list[dict[str, float]]:
    lines = read_metrics(folder / "metrics.jsonl")
    return [{key: value for key, value in line.items() if not key.startswith("time/")} for line in lines]


@pytest.mark.fault(19)
def test_a_run_goes_on_with_any_number_of_processes_in_one_folder(compose_config: Any, tmp_path: Path) -> None:
    parts, whole = tmp_path / "parts", tmp_path / "whole"
    said = torchrun(parts, "trainer.steps=10")
    assert said.count("2 processes") == said.count("finished 10 steps") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["parts"]
    assert {path.name for path in parts.iterdir() if not path.name.startswith("events.out")} == FILES
    assert len(list(parts.glob("events.out*"))) == 1
    alone(compose_config, parts, "trainer.steps=20", "resume=auto")
    torchrun(parts, "trainer.steps=30", "resume=auto")
    alone(compose_config, whole, "trainer.steps=30")
    one, many = (load(folder / "checkpoints" / "last.pt") for folder in (whole, parts))
    assert many["ranks"] == 2
    assert many["stream"] == one["stream"]
    assert many["turns"] == one["turns"]
    assert torch.equal(many["rng"]["torch"], one["rng"]["torch"])
    for key, weight in one["networks"].items():
        torch.testing.assert_close(many["networks"][key], weight, rtol=1e-4, atol=1e-5)
    for line, expected in zip(scalars(parts), scalars(whole), strict=True):
        assert line == pytest.approx(expected, rel=1e-3, abs=1e-4)


def wait_for_checkpoint(folder: Path, after: int, processes: list[subprocess.Popen[str]]) -> None:
    """Return once there is a checkpoint of a step beyond ``after``."""
    while all(process.poll() is None for process in processes):
        if any(int(path.stem) > after for path in (folder / "checkpoints").glob("[0-9]*.pt")):
            return
        time.sleep(0.02)
    raise AssertionError([process.communicate()[1] for process in processes])


@pytest.mark.fault(5)
@pytest.mark.fault(33)
def test_a_signal_to_any_stops_all_at_one_step_and_a_death_ends_all(start_ranks: Any, tmp_path: Path) -> None:
    words = ("-m", "gan_runner", *ENDLESS, "hydra.run.dir=run")
    processes = start_ranks(2, *words, cwd=tmp_path)
    wait_for_checkpoint(tmp_path / "run", 0, processes)
    processes[1].send_signal(signal.SIGTERM)
    said = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [143, 143], said
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (record["status"], record["ranks"]) == ("interrupted", 2)
    step = load(tmp_path / "run" / "checkpoints" / "last.pt")["state"]["step"]
    assert record["step"] == step > 0
    assert f"stopped and saved at step {step}" in said[0]
    assert said[1] == ""

    processes = start_ranks(2, *words, "resume=auto", cwd=tmp_path)
    wait_for_checkpoint(tmp_path / "run", step, processes)
    processes[1].kill()
    started = time.monotonic()
    last_words = processes[0].communicate(timeout=60)[1].splitlines()[-1]
    assert time.monotonic() - started < 60
    assert processes[0].returncode == 1
    assert last_words.startswith("gan_runner: rank 0 of 2 has lost another process of this run")
    assert last_words.endswith("go on with: gan-train resume=run")
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "failed"
    assert load(tmp_path / "run" / "checkpoints" / "last.pt")["state"]["step"] > step


def test_what_is_wrong_is_said_once(start_ranks: Any, tmp_path: Path) -> None:
    processes = start_ranks(2, "-m", "gan_runner", *POINTS, "trainer.batch_size=7", cwd=tmp_path)
    said = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [2, 2]
    assert said[0].startswith("gan_runner: trainer.batch_size=7 shared by 2 processes")
    assert said[1] == ""


def test_a_process_is_one_of_several_only_where_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
        assert launched() is None
        monkeypatch.setenv(name, "3")
    assert launched() == 3
    monkeypatch.setenv("WORLD_SIZE", "1")  # torchrun with one process
    assert launched() is None


def test_sweeps_are_refused() -> None:
    refuse_sweeps(["loss=gan"])
    with pytest.raises(UsageError, match="-m under torchrun: several processes train one run"):
        refuse_sweeps(["-m", "loss=gan,lsgan"])
