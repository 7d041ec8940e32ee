"""A sweep that is killed in the middle and begun again ends like one that was left alone, to the last bit."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from gan_runner.reporting.jsonl import read_metrics
from gan_runner.training.checkpoint import load

SWEEP = (
    "-m",
    "data=gaussian_mixture",
    "trainer=smoke",
    "trainer.steps=400",
    "trainer.save_every=40",
    "trainer.sample_every=0",
    "metric=none",
    "logger=none",
    "loss=gan,hinge",
    "sweep.slots=1",
)


def last(folder: Path) -> dict[str, Any]:
    return load(folder / "checkpoints" / "last.pt")


def flat(value: Any, where: str = "") -> dict[str, Any]:
    """Return the leaves of nested containers, but for the wall clock and what only says where it was trained."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else None
    if items is None:
        return {where: value}
    aside = ("seconds", "config", "environment")
    return {
        key: leaf for name, inner in items if name not in aside for key, leaf in flat(inner, f"{where}/{name}").items()
    }


@pytest.mark.fault(31)
def test_a_killed_sweep_begun_again_equals_an_undisturbed_one(gan_train: Any, tmp_path: Path) -> None:
    assert gan_train(*SWEEP, "name=whole").returncode == 0
    command = [sys.executable, "-m", "gan_runner.cli.train", *SWEEP, "name=killed"]
    sweep = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
    killed = tmp_path / "outputs" / "sweeps" / "killed"
    while sweep.poll() is None and not list(killed.glob("*/checkpoints/*.pt")):
        time.sleep(0.01)
    os.kill(sweep.pid, signal.SIGKILL)
    sweep.wait()
    again = gan_train(*SWEEP, "name=killed")  # at once: what the first left behind is still saving
    assert again.returncode == 0, again.stderr
    assert "goes on at step" in again.stderr
    folders = sorted((tmp_path / "outputs" / "sweeps" / "whole").glob("*/"))
    assert len(folders) == 2
    for folder in folders:
        whole, part = flat(last(folder)), flat(last(killed / folder.name))
        assert whole.keys() == part.keys()
        for key, value in whole.items():
            same = torch.equal(value, part[key]) if torch.is_tensor(value) else value == part[key]
            assert same, f"{folder.name}{key}"
        lines = [read_metrics(place / folder.name / "metrics.jsonl") for place in (folder.parent, killed)]
        lines = [[{k: v for k, v in row.items() if not k.startswith("time/")} for row in rows] for rows in lines]
        assert lines[0] == lines[1]
