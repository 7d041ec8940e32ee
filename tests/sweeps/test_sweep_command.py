"""The real `gan-train -m`: what fails costs the others nothing, and the same command runs what is missing."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

TINY = (
    "data=gaussian_mixture",
    "data.count=64",
    "trainer=smoke",
    "trainer.sample_every=0",
    "metric=none",
    "logger=none",
    "arch.generator.hidden=[4]",
    "arch.discriminator.hidden=[4]",
)
DOOMED = """
import os, pathlib, signal, sys
from dataclasses import dataclass
from gan_runner.losses.lsgan import LeastSquares

@dataclass(frozen=True)
class Doomed(LeastSquares):
    fate: int = 0

    def real_term(self, scores):
        value = super().real_term(scores)
        if pathlib.Path("mended").exists():
            return value
        if self.fate == 3:
            raise RuntimeError("the third raises")
        if self.fate == 8:
            sys.exit(7)
        if self.fate == 13:
            os.kill(os.getpid(), signal.SIGKILL)
        return value * float("nan") if self.fate == 18 else value
"""


def records(folder: Path) -> dict[int, dict[str, Any]]:
    """Return the run.json of each job by its number."""
    return {int(path.parent.name.partition("_")[0]): json.loads(path.read_text()) for path in folder.glob("*/run.json")}


@pytest.mark.fault(9)
@pytest.mark.fault(30)
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fates", [(0, 3, 8, 13, 18, 1), pytest.param(tuple(range(24)), marks=pytest.mark.slow)])
def test_jobs_of_which_four_fail_each_in_its_own_way(gan_train: Any, tmp_path: Path, fates: tuple[int, ...]) -> None:
    (tmp_path / "mine" / "loss").mkdir(parents=True)
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "doomed.py").write_text(DOOMED)
    text = "# @package _global_\nloss:\n  _target_: doomed.Doomed\n  fate: 0\n"
    (tmp_path / "mine" / "loss" / "doomed.yaml").write_text(text)
    path = os.pathsep.join([str(tmp_path / "parts"), os.environ.get("PYTHONPATH", "")])
    own = {"PYTHONPATH": path, "GAN_RUNNER_ALLOW": "doomed"}
    command = ("--config-dir", "mine", "-m", *TINY, "loss=doomed", "sweep.slots=2")
    command = (*command, f"loss.fate={','.join(map(str, fates))}")
    doomed = [fates.index(fate) for fate in (3, 8, 13, 18)]

    first = gan_train(*command, **own)
    assert first.returncode == 1, first.stderr
    (folder,) = (tmp_path / "outputs" / "sweeps").iterdir()
    found = records(folder)
    assert {n for n, record in found.items() if record["status"] == "finished"} == {*range(len(fates))} - {*doomed}
    failed = [line for line in first.stderr.splitlines() if line.startswith("failed: ")]
    reasons = ["RuntimeError: the third raises", "ended with exit code 7", "killed by SIGKILL", "diverged: "]
    for line, number, reason in zip(failed, doomed, reasons, strict=True):
        assert line.startswith(f"failed: job {number} loss.fate={fates[number]}: {reason}")
    assert f"of {len(fates)} jobs {len(fates) - 4} finished, 4 failed" in first.stderr
    assert {"comparison.html", "comparison.csv", "sweep.json"} <= {path.name for path in folder.iterdir()}
    assert "wrote outputs/sweeps/" in first.stdout

    kept = {path: path.read_bytes() for n in found for path in folder.glob(f"{n}_*/*") if path.is_file()}
    (tmp_path / "mended").touch()
    second = gan_train(*command, **own)
    assert second.returncode == 0, second.stderr
    assert f"{len(fates)} jobs, {len(fates) - 4} finished before" in second.stderr
    assert list((tmp_path / "outputs" / "sweeps").iterdir()) == [folder]
    again = {path for path, content in kept.items() if path.read_bytes() != content}
    assert {path.parent.name.partition("_")[0] for path in again} == {*map(str, doomed)}
    assert {record["status"] for record in records(folder).values()} == {"finished"}


@pytest.mark.fault(31)
def test_more_values_join_the_sweep_and_another_configuration_is_refused(gan_train: Any, tmp_path: Path) -> None:
    sweep = ("-m", *TINY, "sweep.dir=here (1)", "sweep.slots=2", "trainer.steps=1")
    assert gan_train(*sweep, "seed=5", "loss=gan,lsgan").returncode == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    other = gan_train(*sweep, "seed=6", "loss=gan,lsgan")
    assert other.returncode == 2
    assert "here (1) holds a sweep of another configuration (over loss; begun with: gan-train -m " in other.stderr
    assert len(other.stderr.splitlines()) == 1
    dry = gan_train(*sweep, "seed=5", "loss=hinge,gan", "dry_run=true")
    assert dry.returncode == 0
    assert "dry run, job 2 loss=hinge: would start\ndry run, job 0 loss=gan: is finished" in dry.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    more = gan_train(*sweep, "seed=5", "loss=hinge,gan")
    assert more.returncode == 0
    assert "2 jobs, 1 finished before" in more.stderr
    assert sorted(records(tmp_path / "here (1)")) == [0, 1, 2]
    assert {path: path.read_bytes() for path in before if "_" in path.parent.name} == {
        path: content for path, content in before.items() if "_" in path.parent.name
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["loss=gan,lsgn"], "loss=lsgn: no such choice (did you mean lsgan?)"),
        (["seed=0,1", "sweep.slots=0"], "sweep: slots, got 0; allowed: 1 or more"),
        (["seed=0,1", "sweep.on_failure=panic"], "sweep.on_failure: got 'panic'; allowed: one of continue, stop"),
        (["seed=0,1", "sweep.retries=-1"], "sweep: retries, got -1"),
        (["seed=0,1", "sweep.halving=3"], "sweep.halving=3 with metric=none"),
        (["optim.lr=interval(1,2)"], "optim.lr=interval(1,2): a range has no end of values; add sweep.samples=N"),
        (["seed=0,1", "sweep.slot=1"], "sweep.slot: no such setting or group (did you mean sweep.slots?)"),
        (["seed=0,1", "device=gpu"], "device=gpu: no such device"),
        (["seed=0,1", "sweep.dir=/dev/null/x"], "/dev/null/x"),
    ],
)
def test_a_wrong_word_ends_the_sweep_before_it_begins(
    gan_train: Any, tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = gan_train("-m", *TINY, *arguments)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("gan_runner: ")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.rglob("*.json"))


@pytest.mark.fault(31)
def test_ctrl_c_saves_every_job_and_the_same_command_goes_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gan_runner.cli.train", "-m", *TINY, "seed=0,1", "name=long"]
    endless = [*command, "trainer.steps=1000000", "trainer.log_every=1000", "trainer.save_every=0", "sweep.slots=2"]
    process = subprocess.Popen(endless, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True)
    folder = tmp_path / "outputs" / "sweeps" / "long"
    try:
        while process.poll() is None and len(list(folder.glob("*/metrics.jsonl"))) < 2:
            time.sleep(0.05)
        second = subprocess.run(endless, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert second.returncode == 2
        assert "another gan-train -m runs this sweep" in second.stderr
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        _, errors = process.communicate(timeout=120)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # or it would train beside all tests that follow
    assert process.returncode == 130, errors
    assert "of 2 jobs 2 stopped" in errors
    found = records(folder)
    assert {record["status"] for record in found.values()} == {"interrupted"}
    assert all(list(folder.glob(f"{number}_*/checkpoints/{record['step']:06d}.pt")) for number, record in found.items())


def test_hydras_own_launcher_is_still_there(gan_train: Any, tmp_path: Path) -> None:
    done = gan_train(
        "-m", *TINY, "seed=0,1", "trainer.steps=1", "hydra/launcher=basic", "hydra/sweeper=basic", "name=b"
    )
    assert done.returncode == 0, done.stderr
    assert {record["status"] for record in records(tmp_path / "outputs" / "sweeps" / "b").values()} == {"finished"}


@pytest.mark.fault(14)
def test_eight_runs_of_one_second_have_eight_folders(tmp_path: Path) -> None:
    program = (
        "from hydra import compose, initialize_config_dir\n"
        "from gan_runner.cli.app import conf_dir, register_resolvers\n"
        "register_resolvers()\nwith initialize_config_dir(str(conf_dir()), version_base='1.3'):\n"
        "    print(compose('config', ['name=same'], return_hydra_config=True).hydra.run.dir)\n"
    )
    command = [sys.executable, "-c", program]
    processes = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    folders = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert len(folders) == 8
    assert all(folder.startswith("outputs/same/") for folder in folders)


def test_points_of_a_range_and_halving_of_the_jobs(gan_train: Any, tmp_path: Path) -> None:
    judged = [word for word in TINY if word != "metric=none"]
    judged += ["metric.samples=600", "metric.wasserstein_samples=20", "trainer.eval_every=0", "trainer.steps=6"]
    sweep = ("-m", *judged, "optim.lr=tag(log,interval(1e-5,1e-2))", "sweep.samples=2", "sweep.halving=2", "name=h")
    first = gan_train(*sweep, "sweep.slots=2")
    assert first.returncode == 0, first.stderr
    assert "of 2 jobs 1 finished, 1 dropped" in first.stderr
    folder = tmp_path / "outputs" / "sweeps" / "h"
    found = records(folder)
    assert sorted(record["step"] for record in found.values()) == [3, 6]
    files = {number: next(folder.glob(f"{number}_optim.lr=*/metrics.jsonl")).read_text() for number in found}
    rows = {number: map(json.loads, text.splitlines()) for number, text in files.items()}
    values = {n: {row["step"]: row["metric/w1"] for row in lines if "metric/w1" in row} for n, lines in rows.items()}
    best = min(values, key=lambda number: values[number][3])
    assert found[best]["step"] == 6
    again = gan_train(*sweep)
    assert again.returncode == 0
    assert "starts" not in again.stderr
    assert "of 2 jobs 1 finished, 1 dropped" in again.stderr
    assert records(folder) == found
