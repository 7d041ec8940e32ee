"""A run that was stopped and resumed ends exactly as one that was not: every tensor, counter and logged number."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf

from gan_runner.errors import UsageError
from gan_runner.reporting.jsonl import read_metrics
from gan_runner.run import Request, train
from gan_runner.training.checkpoint import load

SMALL = ("data=fake", "trainer=smoke", "arch.generator.width=4", "arch.discriminator.width=4", "logger=none")
POINTS = ("data=gaussian_mixture", "trainer=smoke", "metric=none", "logger=none", "arch.generator.hidden=[16]")


def run(compose_config: Any, folder: Path, *overrides: str) -> None:
    config = compose_config(*overrides)
    files = {"config.yaml": OmegaConf.to_yaml(config), "overrides.yaml": "", "hydra.yaml": ""}
    train(Request(config, {"loss": "x"}, files, folder, "gan-train"))


def assert_same(one: Any, other: Any, where: str = "") -> None:
    """Compare two checkpoints to the last bit, leaving out the wall clock, the machine and the command typed."""
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one.keys() - {"seconds", "config", "environment"}:
            assert_same(one[key], other[key], f"{where}/{key}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), where
        for index, pair in enumerate(zip(one, other, strict=True)):
            assert_same(*pair, f"{where}/{index}")
    elif torch.is_tensor(one):
        assert one.dtype == other.dtype, where
        assert torch.equal(one, other), where
    else:
        assert one == other, where


def metrics(folder: Path) -> list[dict[str, Any]]:
    lines = read_metrics(folder / "metrics.jsonl")
    return [{key: value for key, value in line.items() if not key.startswith("time/")} for line in lines]


def assert_same_run(one: Path, other: Path) -> None:
    assert_same(load(one / "checkpoints" / "last.pt"), load(other / "checkpoints" / "last.pt"))
    assert metrics(one) == metrics(other)
    best = [folder / "checkpoints" / "best.pt" for folder in (one, other)]
    assert best[0].exists() == best[1].exists()
    if best[0].exists():
        assert best[0].resolve().name == best[1].resolve().name


CASES = {
    **{
        f"{loss}-{optim}": (*SMALL, f"loss={loss}", f"optim={optim}")
        for loss in ("gan", "nonsaturating", "lsgan", "wgan", "wgan_gp", "hinge")
        for optim in ("adam", "adamw", "rmsprop", "sgd")
    },
    "no average": (*SMALL, "trainer.ema=null"),
    "five critic updates": (*SMALL, "trainer.d_steps=5", "reg=[gp,clip]"),
    "spectral normalisation": (*SMALL, "reg=[spectral,r1,weight_decay]"),
    "separate updates": (*SMALL, "trainer.d_update=separate"),
    "simultaneous": (*POINTS, "trainer.order=simultaneous"),
    "points": (*POINTS, "loss=wgan_gp"),
    "bf16": (*SMALL, "precision=bf16"),
    "deterministic": (*SMALL, "deterministic=true"),
    "metrics and the best": (*POINTS, "metric=modes", "trainer.eval_every=1", "trainer.save_every=2", "trainer.keep=9"),
}


@pytest.mark.parametrize("case", CASES)
def test_resumed_equals_uninterrupted(compose_config: Any, tmp_path: Path, case: str) -> None:
    overrides = (*CASES[case], "data.count=60", "trainer.batch_size=16")  # an epoch is under four batches: it wraps
    run(compose_config, tmp_path / "whole", *overrides, "trainer.steps=7", "trainer.sample_every=0")
    run(compose_config, tmp_path / "parts", *overrides, "trainer.steps=3")
    run(compose_config, tmp_path / "parts", *overrides, "trainer.steps=7", "resume=auto", "trainer.sample_every=0")
    torch.use_deterministic_algorithms(False)
    assert_same_run(tmp_path / "whole", tmp_path / "parts")


def test_looking_at_a_run_does_not_change_it(compose_config: Any, tmp_path: Path) -> None:
    common = (*POINTS, "metric=modes", "metric.samples=200", "metric.wasserstein_samples=20", "trainer.steps=6")
    run(compose_config, tmp_path / "seldom", *common, "trainer.sample_every=0", "trainer.eval_every=0")
    run(compose_config, tmp_path / "often", *common, "trainer.sample_every=1", "trainer.eval_every=1")
    seldom, often = (load(tmp_path / name / "checkpoints" / "last.pt") for name in ("seldom", "often"))
    for key in ("networks", "average", "optimizers", "rng", "stream"):
        assert_same(seldom[key], often[key], key)


def test_resume_cuts_back_what_went_beyond_the_checkpoint(compose_config: Any, tmp_path: Path) -> None:
    run(compose_config, tmp_path / "whole", *SMALL, "trainer.steps=6", "trainer.save_every=3")
    run(compose_config, tmp_path / "cut", *SMALL, "trainer.steps=6", "trainer.save_every=3")
    for path in (tmp_path / "cut" / "checkpoints").glob("*6.pt*"):
        path.unlink()
    with (tmp_path / "cut" / "metrics.jsonl").open("a") as file:
        file.write('{"step": 6, "los')
    run(compose_config, tmp_path / "cut", *SMALL, "trainer.steps=6", "trainer.save_every=3", "resume=auto")
    assert_same_run(tmp_path / "whole", tmp_path / "cut")


def test_auto_starts_where_nothing_is_and_where_no_checkpoint_was_reached(compose_config: Any, tmp_path: Path) -> None:
    run(compose_config, tmp_path / "a", *SMALL, "resume=auto")
    run(compose_config, tmp_path / "b", *SMALL, "resume=auto")
    for path in (tmp_path / "b" / "checkpoints").iterdir():
        path.unlink()
    run(compose_config, tmp_path / "b", *SMALL, "resume=auto")
    assert_same_run(tmp_path / "a", tmp_path / "b")


@pytest.mark.parametrize(
    "change", ["loss.a=-1", "optim.lr=2e-3", "seed=1", "trainer.batch_size=9", "arch.generator.width=5"]
)
def test_another_setting_is_refused_and_named(compose_config: Any, tmp_path: Path, change: str) -> None:
    run(compose_config, tmp_path, *SMALL)
    with pytest.raises(UsageError, match=rf"resume: .*{change.partition('=')[0]} was"):
        run(compose_config, tmp_path, *SMALL, "resume=auto", change)


def test_other_data_under_the_same_name_are_refused(compose_config: Any, tmp_path: Path, monkeypatch: Any) -> None:
    run(compose_config, tmp_path, *SMALL)
    monkeypatch.setattr("gan_runner.data.source.Source.fingerprint", "another")
    with pytest.raises(UsageError, match="fingerprints differ"):
        run(compose_config, tmp_path, *SMALL, "resume=auto")


def test_a_run_that_ended_before_its_first_checkpoint_is_still_that_run(compose_config: Any, tmp_path: Path) -> None:
    run(compose_config, tmp_path, *SMALL, "loss=gan")
    for path in (tmp_path / "checkpoints").iterdir():
        path.unlink()
    with pytest.raises(UsageError, match=r"loss\._target_ was .*Minimax"):
        run(compose_config, tmp_path, *SMALL, "loss=hinge", "resume=auto")


def test_with_every_checkpoint_damaged_nothing_is_overwritten(compose_config: Any, tmp_path: Path) -> None:
    run(compose_config, tmp_path, *SMALL)
    for path in (tmp_path / "checkpoints").glob("0*.pt"):
        path.write_bytes(b"")
    before = (tmp_path / "metrics.jsonl").read_bytes()
    with pytest.raises(UsageError, match="none of its 2 checkpoints can be read"):
        run(compose_config, tmp_path, *SMALL, "resume=auto", "trainer.steps=8")
    assert (tmp_path / "metrics.jsonl").read_bytes() == before


def test_going_back_to_an_older_checkpoint_loses_neither_branch(compose_config: Any, tmp_path: Path) -> None:
    run(compose_config, tmp_path / "whole", *SMALL, "trainer.steps=5", "trainer.sample_every=0")
    run(compose_config, tmp_path / "back", *SMALL, "trainer.steps=8", "trainer.keep=9", "trainer.sample_every=0")
    older = f"resume='{tmp_path}/back/checkpoints/000004.pt'"
    run(compose_config, tmp_path / "back", *SMALL, "trainer.steps=5", "trainer.keep=1", older, "trainer.sample_every=0")
    assert_same_run(tmp_path / "whole", tmp_path / "back")
    kept = sorted(path.name for path in (tmp_path / "back" / "checkpoints").glob("0*"))
    assert kept == ["000005.pt", "000005.pt.sha256", "000006.pt.set-aside", "000008.pt.set-aside"]


def test_two_processes_never_train_in_one_folder(compose_config: Any, tmp_path: Path) -> None:
    process = start(tmp_path, (*POINTS, "trainer.steps=100000"))
    try:
        wait_for_lines(tmp_path, 1, process)
        with pytest.raises(UsageError, match=f"in use by another process .pid {process.pid}."):
            run(compose_config, tmp_path, *POINTS, "trainer.steps=100000", "resume=auto")
    finally:
        process.kill()
        process.communicate()


def start(folder: Path, overrides: tuple[str, ...]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "gan_runner.cli.train", f"hydra.run.dir={folder}", "resume=auto", *overrides]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})


def count_lines(folder: Path) -> int:
    """Return the whole lines in ``metrics.jsonl``; a kill may have torn the one after them."""
    path = folder / "metrics.jsonl"
    return path.read_text().count("\n") if path.exists() else 0


def wait_for_lines(folder: Path, count: int, process: subprocess.Popen[str]) -> None:
    """Return once ``metrics.jsonl`` has ``count`` lines or the process has ended."""
    while process.poll() is None:
        if count_lines(folder) >= count:
            return
        time.sleep(0.005)


def kill_and_restart(folder: Path, overrides: tuple[str, ...], kills: int, steps: int, seed: int) -> None:
    """SIGKILL the run ``kills`` times at random moments of its training, start it again each time, let it end."""
    rng = random.Random(seed)
    for _ in range(kills):
        done = count_lines(folder)
        process = start(folder, overrides)
        wait_for_lines(folder, done + rng.randint(1, steps // (kills + 2)), process)
        time.sleep(rng.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL, "the run ended before it was killed"
    process = start(folder, overrides)
    _, errors = process.communicate()
    assert process.returncode == 0, errors


def prove_kills(tmp_path: Path, overrides: tuple[str, ...], kills: int, steps: int) -> None:
    overrides = (*overrides, f"trainer.steps={steps}", "trainer.log_every=1", "trainer.sample_every=0")
    whole = start(tmp_path / "whole", overrides)
    _, errors = whole.communicate()
    assert whole.returncode == 0, errors
    kill_and_restart(tmp_path / "killed", overrides, kills, steps, seed=steps)
    assert_same_run(tmp_path / "whole", tmp_path / "killed")


def test_killed_and_restarted_equals_undisturbed(tmp_path: Path) -> None:
    prove_kills(tmp_path, (*POINTS, "loss=wgan_gp", "trainer.save_every=7"), kills=3, steps=300)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("loss", ["lsgan", "wgan", "wgan_gp"])
@pytest.mark.parametrize("optim", ["adam", "rmsprop", "sgd"])
def test_ten_kills_in_400_steps(tmp_path: Path, loss: str, optim: str) -> None:
    prove_kills(tmp_path, (*SMALL, f"loss={loss}", f"optim={optim}", "trainer.save_every=25"), kills=10, steps=400)
    print(f"\nloss={loss} optim={optim}: killed 10 times in 400 steps, the end is equal bit for bit")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
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
    shorter = (*overrides, f"trainer.steps={step + 5}")
    for folder in ("stopped", "whole"):
        again = start(tmp_path / folder, shorter)
        _, errors = again.communicate()
        assert again.returncode == 0, errors
    assert_same_run(tmp_path / "whole", tmp_path / "stopped")
