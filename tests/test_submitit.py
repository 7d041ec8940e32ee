"""A job of a cluster that is told to end saves, is requeued and goes on: submitit's local executor stands for SLURM."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gan_runner.training.checkpoint import load

pytest.importorskip("submitit")
JOB = (
    *("data=gaussian_mixture", "data.count=2000", "arch.generator.hidden=[16]", "arch.discriminator.hidden=[16]"),
    *("trainer.steps=3000", "trainer.save_every=0", "trainer.sample_every=0", "metric=none", "logger=none", "seed=3"),
)


def gan_train(*words: str, cwd: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gan_runner.cli.train", *words]
    with (cwd / "output.txt").open("ab") as output:
        return subprocess.Popen(command, cwd=cwd, stdout=output, stderr=output, env=os.environ)


@pytest.mark.fault(5)
def test_a_job_that_is_preempted_goes_on_and_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    sweep = gan_train("-m", "hydra/launcher=submitit_local", "resume=auto", *JOB, "name=cluster", cwd=tmp_path)
    alone = gan_train(*JOB, "hydra.run.dir=alone", cwd=tmp_path)
    deadline = time.monotonic() + 120
    while not (begun := list((tmp_path / "outputs" / "sweeps" / "cluster").glob("*/metrics.jsonl"))):
        assert sweep.poll() is None, (tmp_path / "output.txt").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    record_file = begun[0].with_name("run.json")
    os.kill(json.loads(record_file.read_text(encoding="utf-8"))["pid"], signal.SIGUSR2)
    assert sweep.wait(timeout=200) == 0, (tmp_path / "output.txt").read_text()
    assert alone.wait(timeout=200) == 0
    record = json.loads(record_file.read_text(encoding="utf-8"))
    assert (record["status"], record["step"], len(record["resumed"])) == ("finished", 3000, 1)
    ends = [load(folder / "checkpoints" / "last.pt") for folder in (record_file.parent, tmp_path / "alone")]
    weights = [end["networks"] for end in ends]
    assert all(weights[0][name].equal(weights[1][name]) for name in weights[1])
