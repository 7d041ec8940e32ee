"""A run that was stopped and resumed ends exactly as one that was not: every tensor, counter and logged number."""

from pathlib import Path
from typing import Any

import pytest
import torch

from gan_runner.errors import UsageError
from gan_runner.training.checkpoint import load
from kill_loop import start, wait_for_lines
from running import POINTS, SMALL, assert_same, assert_same_run, run

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


@pytest.mark.fault(40)
@pytest.mark.parametrize("case", CASES)
def test_resumed_equals_uninterrupted(tmp_path: Path, case: str) -> None:
    overrides = (*CASES[case], "data.count=60", "trainer.batch_size=16")  # an epoch is under four batches: it wraps
    run(tmp_path / "whole", *overrides, "trainer.steps=7", "trainer.sample_every=0")
    run(tmp_path / "parts", *overrides, "trainer.steps=3")
    run(tmp_path / "parts", *overrides, "trainer.steps=7", "resume=auto", "trainer.sample_every=0")
    torch.use_deterministic_algorithms(False)
    assert_same_run(tmp_path / "whole", tmp_path / "parts")


@pytest.mark.fault(39)
def test_looking_at_a_run_does_not_change_it(tmp_path: Path) -> None:
    common = (*POINTS, "metric=modes", "metric.samples=200", "metric.wasserstein_samples=20", "trainer.steps=6")
    run(tmp_path / "seldom", *common, "trainer.sample_every=0", "trainer.eval_every=0")
    run(tmp_path / "often", *common, "trainer.sample_every=1", "trainer.eval_every=1")
    seldom, often = (load(tmp_path / name / "checkpoints" / "last.pt") for name in ("seldom", "often"))
    for key in ("networks", "average", "optimizers", "rng", "stream"):
        assert_same(seldom[key], often[key], key)


@pytest.mark.fault(1)
def test_resume_cuts_back_what_went_beyond_the_checkpoint(tmp_path: Path) -> None:
    run(tmp_path / "whole", *SMALL, "trainer.steps=6", "trainer.save_every=3")
    run(tmp_path / "cut", *SMALL, "trainer.steps=6", "trainer.save_every=3")
    for path in (tmp_path / "cut" / "checkpoints").glob("*6.pt*"):
        path.unlink()
    with (tmp_path / "cut" / "metrics.jsonl").open("a") as file:
        file.write('{"step": 6, "los')
    run(tmp_path / "cut", *SMALL, "trainer.steps=6", "trainer.save_every=3", "resume=auto")
    assert_same_run(tmp_path / "whole", tmp_path / "cut")


@pytest.mark.fault(1)
def test_auto_starts_where_nothing_is_and_where_no_checkpoint_was_reached(tmp_path: Path) -> None:
    run(tmp_path / "a", *SMALL, "resume=auto")
    run(tmp_path / "b", *SMALL, "resume=auto")
    for path in (tmp_path / "b" / "checkpoints").iterdir():
        path.unlink()
    run(tmp_path / "b", *SMALL, "resume=auto")
    assert_same_run(tmp_path / "a", tmp_path / "b")


@pytest.mark.fault(17)
@pytest.mark.parametrize(
    "change", ["loss.a=-1", "optim.lr=2e-3", "seed=1", "trainer.batch_size=9", "arch.generator.width=5"]
)
def test_another_setting_is_refused_and_named(tmp_path: Path, change: str) -> None:
    run(tmp_path, *SMALL)
    with pytest.raises(UsageError, match=rf"resume: .*{change.partition('=')[0]} was"):
        run(tmp_path, *SMALL, "resume=auto", change)


@pytest.mark.fault(37)
def test_other_data_under_the_same_name_are_refused(tmp_path: Path, monkeypatch: Any) -> None:
    run(tmp_path, *SMALL)
    monkeypatch.setattr("gan_runner.data.source.Source.fingerprint", "another")
    with pytest.raises(UsageError, match="fingerprints differ"):
        run(tmp_path, *SMALL, "resume=auto")


@pytest.mark.fault(17)
def test_a_run_that_ended_before_its_first_checkpoint_is_still_that_run(tmp_path: Path) -> None:
    run(tmp_path, *SMALL, "loss=gan")
    for path in (tmp_path / "checkpoints").iterdir():
        path.unlink()
    with pytest.raises(UsageError, match=r"loss\._target_ was .*Minimax"):
        run(tmp_path, *SMALL, "loss=hinge", "resume=auto")


@pytest.mark.fault(3)
def test_with_every_checkpoint_damaged_nothing_is_overwritten(tmp_path: Path) -> None:
    run(tmp_path, *SMALL)
    for path in (tmp_path / "checkpoints").glob("0*.pt"):
        path.write_bytes(b"")
    before = (tmp_path / "metrics.jsonl").read_bytes()
    with pytest.raises(UsageError, match="none of its 2 checkpoints can be read"):
        run(tmp_path, *SMALL, "resume=auto", "trainer.steps=8")
    assert (tmp_path / "metrics.jsonl").read_bytes() == before


@pytest.mark.fault(38)
def test_going_back_to_an_older_checkpoint_loses_neither_branch(tmp_path: Path) -> None:
    run(tmp_path / "whole", *SMALL, "trainer.steps=5", "trainer.sample_every=0")
    run(tmp_path / "back", *SMALL, "trainer.steps=8", "trainer.keep=9", "trainer.sample_every=0")
    older = f"resume='{tmp_path}/back/checkpoints/000004.pt'"
    run(tmp_path / "back", *SMALL, "trainer.steps=5", "trainer.keep=1", older, "trainer.sample_every=0")
    assert_same_run(tmp_path / "whole", tmp_path / "back")
    kept = sorted(path.name for path in (tmp_path / "back" / "checkpoints").glob("0*"))
    assert kept == ["000005.pt", "000005.pt.sha256", "000006.pt.set-aside", "000008.pt.set-aside"]


@pytest.mark.fault(13)
def test_two_processes_never_train_in_one_folder(tmp_path: Path) -> None:
    process = start(tmp_path, (*POINTS, "trainer.steps=100000"))
    try:
        wait_for_lines(tmp_path, 1, process)
        with pytest.raises(UsageError, match=f"in use by another process .pid {process.pid}."):
            run(tmp_path, *POINTS, "trainer.steps=100000", "resume=auto")
    finally:
        process.kill()
        process.communicate()
