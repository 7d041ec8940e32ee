"""trainer.on_nonfinite in whole runs: what each policy leaves in the folder."""

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf

from gan_runner.errors import TrainingFailedError, UsageError
from gan_runner.losses.lsgan import LeastSquares
from gan_runner.reporting.jsonl import read_metrics
from gan_runner.run import Request, train
from gan_runner.training.checkpoint import load

POINTS = (
    *("data=gaussian_mixture", "trainer=smoke", "metric=none", "arch.generator.hidden=[16]", "loss=lsgan"),
    *("trainer.steps=12", "trainer.save_every=4", "trainer.keep=9", "trainer.log_every=1"),
)


def spoil(monkeypatch: pytest.MonkeyPatch, at: set[int]) -> None:
    """Let the generator's loss be NaN at the calls ``at``, counted from 1."""
    plain, calls = LeastSquares.generator, 0

    def generator(*arguments: Any) -> torch.Tensor:
        nonlocal calls
        calls += 1
        return plain(*arguments) * (math.nan if calls in at else 1.0)

    monkeypatch.setattr(LeastSquares, "generator", generator)


def run(compose_config: Any, folder: Path, *overrides: str) -> dict[str, Any]:
    config = compose_config(*POINTS, *overrides)
    files = {"config.yaml": OmegaConf.to_yaml(config), "overrides.yaml": "", "hydra.yaml": ""}
    train(Request(config, {"loss": "lsgan"}, files, folder, "gan-train"))
    return record(folder)


def record(folder: Path) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads((folder / "run.json").read_text())
    return fields


def losses(folder: Path) -> dict[int, float]:
    rows = read_metrics(folder / "metrics.jsonl")
    assert [row["step"] for row in rows] == list(range(1, 13))  # each step once, in order
    return {int(row["step"]): row["loss/generator"] for row in rows}


@pytest.mark.fault(7)
def test_a_rolled_back_run_goes_on_another_way_and_its_record_has_each_step_once(
    compose_config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(compose_config, tmp_path / "whole", "trainer.on_nonfinite=rollback")
    spoil(monkeypatch, {7})
    fields = run(compose_config, tmp_path / "spoiled", "trainer.on_nonfinite=rollback")
    assert (fields["status"], fields["step"], fields["rollbacks"]) == ("finished", 12, 1)
    said = capsys.readouterr().err
    assert "diverged: the loss of the generator not finite at step 7\n" in said
    assert "rollback 1 of at most 5: on from step 4 with other numbers\n" in said
    whole, spoiled = losses(tmp_path / "whole"), losses(tmp_path / "spoiled")
    assert all(whole[step] == spoiled[step] for step in range(1, 5))
    assert all(whole[step] != spoiled[step] for step in range(5, 13))
    last = load(tmp_path / "spoiled" / "checkpoints" / "last.pt")
    assert last["state"]["rollbacks"] == 1
    assert last["stream"]["drawn"] == (12 + 3) * 8  # the batches of steps 5 to 7 are not drawn again


@pytest.mark.fault(7)
def test_a_run_is_rolled_back_five_times_and_not_once_more(
    compose_config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, set(range(5, 99)))
    with pytest.raises(TrainingFailedError, match=r"the loss of the generator not finite at step 5; .*000004\.pt"):
        run(compose_config, tmp_path, "trainer.on_nonfinite=rollback")
    fields = record(tmp_path)
    assert (fields["status"], fields["rollbacks"]) == ("failed", 5)
    assert load(tmp_path / "checkpoints" / "last.pt")["state"]["step"] == 4


@pytest.mark.fault(7)
def test_without_a_checkpoint_there_is_nothing_to_go_back_to(
    compose_config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, {2})
    with pytest.raises(TrainingFailedError, match="not finite at step 2; no checkpoint was written yet"):
        run(compose_config, tmp_path, "trainer.on_nonfinite=rollback")


@pytest.mark.fault(7)
def test_skipped_turns_are_told_and_counted(
    compose_config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(monkeypatch, {3, 9})
    fields = run(compose_config, tmp_path, "trainer.on_nonfinite=skip")
    assert (fields["status"], fields["skipped"]) == ("finished", {"generator": 2})
    told = re.findall(r"step (\d+): updates of the generator .*: (\d+)$", capsys.readouterr().err, re.MULTILINE)
    assert told == [("3", "1"), ("9", "2")]
    assert [step for step, loss in losses(tmp_path).items() if math.isnan(loss)] == [3, 9]
    weights = load(tmp_path / "checkpoints" / "last.pt")["networks"].values()
    assert all(weight.isfinite().all() for weight in weights)


@pytest.mark.fault(7)
def test_by_default_it_stops_before_the_update_with_a_sentence_and_the_last_checkpoint(
    compose_config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, {7})
    with pytest.raises(TrainingFailedError, match=r"loss of the generator not finite at step 7; the last .*000004\.pt"):
        run(compose_config, tmp_path)
    fields = record(tmp_path)
    assert (fields["status"], fields["step"]) == ("failed", 6)
    assert sorted(path.name for path in (tmp_path / "checkpoints").glob("0*.pt")) == ["000004.pt"]


@pytest.mark.fault(7)
def test_another_policy_is_refused(compose_config: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"trainer\.on_nonfinite: got 'hope'; allowed: one of stop, skip, rollback"):
        run(compose_config, tmp_path / "run", "trainer.on_nonfinite=hope")
