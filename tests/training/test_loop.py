from pathlib import Path
from typing import Any

import pytest
import torch

from gan_runner.build import Parts, build
from gan_runner.errors import TrainingFailedError
from gan_runner.training.checkpoint import Checkpoints, load
from gan_runner.training.evaluator import Evaluator
from gan_runner.training.loop import Loop, read
from gan_runner.training.state import RunState
from gan_runner.training.stop import StopRequest

POINTS = ("data=gaussian_mixture", "data.count=64", "trainer=smoke", "arch.generator.hidden=[4]")


class Diary:
    """A recorder that remembers what it was told, and when."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []

    def scalars(self, step: int, values: dict[str, float]) -> None:
        self.told.append(("scalars", step))

    def samples(self, step: int) -> None:
        self.told.append(("samples", step))

    def metrics(self, step: int, values: dict[str, float]) -> None:
        self.told.append(("metrics", step))

    def alarm(self, step: int, kind: str, text: str) -> None:
        self.told.append((kind, step))

    def flush(self) -> None:
        pass

    def steps(self, what: str) -> list[int]:
        return [step for told, step in self.told if told == what]


class Scripted(Evaluator):
    """An evaluator whose values are known in advance."""

    def __init__(self, values: list[float]) -> None:
        self._values = iter(values)
        self.seen: list[float] = []

    def evaluate(self) -> dict[str, float]:
        value = next(self._values)
        self.seen.append(value)
        return {"w1": value}

    def goal(self) -> dict[str, float]:
        return {}

    def is_better(self, values: Any, best: Any) -> bool:
        return not best or values["w1"] < best["w1"]


def loop(parts: Parts, folder: Path, evaluator: Evaluator | None = None) -> tuple[Loop, Diary]:
    diary = Diary()
    checkpoints = Checkpoints(folder, parts.trainer.keep)
    state = RunState()
    return Loop(parts.engine, parts.stream, parts.trainer, state, diary, checkpoints, evaluator, {"config": {}}), diary


def test_everything_happens_when_due_and_at_the_end(compose_config: Any, tmp_path: Path) -> None:
    every = ("trainer.log_every=3", "trainer.sample_every=4", "trainer.save_every=5", "trainer.eval_every=0")
    parts = build(compose_config(*POINTS, "trainer.steps=11", "trainer.keep=9", *every))
    it, diary = loop(parts, tmp_path, Scripted([1.0]))
    it.run(StopRequest())
    assert diary.steps("scalars") == [3, 6, 9, 11]
    assert diary.steps("samples") == [4, 8, 11]
    assert diary.steps("metrics") == [11]
    assert [path.name for path in it.checkpoints.numbered()] == ["000005.pt", "000010.pt", "000011.pt"]


def test_best_is_the_best_and_stays_when_others_go(compose_config: Any, tmp_path: Path) -> None:
    every = ("trainer.eval_every=2", "trainer.save_every=2", "trainer.keep=1")
    parts = build(compose_config(*POINTS, "trainer.steps=10", *every))
    it, _ = loop(parts, tmp_path, Scripted([3.0, 1.0, 2.0, 5.0, 4.0]))
    it.run(StopRequest())
    assert (it.state.best, it.state.best_step, it.state.metrics) == ({"w1": 1.0}, 4, {"w1": 4.0})
    assert load(tmp_path / "best.pt")["state"]["step"] == 4
    assert [path.name for path in it.checkpoints.numbered()] == ["000004.pt", "000010.pt"]


@pytest.mark.fault(5)
def test_a_stop_request_ends_after_the_step_with_a_checkpoint(compose_config: Any, tmp_path: Path) -> None:
    parts = build(compose_config(*POINTS, "trainer.steps=100", "trainer.save_every=0", "trainer.log_every=1"))
    it, diary = loop(parts, tmp_path)
    stop = StopRequest()
    plain = diary.scalars

    def stop_at_seven(step: int, values: dict[str, float]) -> None:
        plain(step, values)
        stop.signal = 15 if step == 7 else None

    diary.scalars = stop_at_seven  # type: ignore[method-assign]
    it.run(stop)
    assert it.state.step == 7
    assert load(tmp_path / "last.pt")["state"]["step"] == 7


@pytest.mark.fault(7)
def test_a_loss_that_is_no_number_fails_and_overwrites_nothing(compose_config: Any, tmp_path: Path) -> None:
    parts = build(compose_config(*POINTS, "trainer.steps=9", "trainer.save_every=2", "trainer.log_every=1"))
    it, diary = loop(parts, tmp_path)

    def spoil(step: int) -> None:
        if step == 4:
            with torch.no_grad():
                next(parts.game.networks["generator"].parameters()).fill_(torch.nan)

    diary.samples = spoil  # type: ignore[method-assign]
    with pytest.raises(TrainingFailedError, match=r"diverged: a weight not finite at step 4; .*000002\.pt"):
        it.run(StopRequest())
    assert [path.name for path in it.checkpoints.numbered()] == ["000002.pt"]


@pytest.mark.fault(4)
def test_a_full_disk_costs_a_checkpoint_and_only_at_the_end_the_run(
    compose_config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = build(compose_config(*POINTS, "trainer.steps=6", "trainer.save_every=2"))
    it, _ = loop(parts, tmp_path)
    plain = it.checkpoints.save

    def save(step: int, *rest: Any) -> Path:
        if step in full:
            raise OSError(28, "No space left on device")
        return plain(step, *rest)

    monkeypatch.setattr(it.checkpoints, "save", save)
    full = {4}
    it.run(StopRequest())
    assert [path.name for path in it.checkpoints.numbered()] == ["000002.pt", "000006.pt"]
    full = {2, 4, 6}
    again, _ = loop(parts, tmp_path / "other")
    monkeypatch.setattr(again.checkpoints, "save", save)
    with pytest.raises(TrainingFailedError, match="step 6 could not be saved"):
        again.run(StopRequest())


def test_scalars_are_read_in_one_transfer_in_their_order() -> None:
    values = read({"a": torch.tensor(1.5), "b": torch.tensor(2, dtype=torch.bfloat16), "c": torch.tensor(float("nan"))})
    assert list(values) == ["a", "b", "c"]
    assert (values["a"], values["b"]) == (1.5, 2.0)
    assert read({}) == {}


def test_patience_ends_the_run_with_a_sample_and_a_checkpoint_and_says_why(compose_config: Any, tmp_path: Path) -> None:
    settings = ("trainer.steps=50", "trainer.eval_every=2", "trainer.sample_every=0", "trainer.patience=3")
    parts = build(compose_config(*POINTS, *settings))
    it, diary = loop(parts, tmp_path, Scripted([3.0, 1.0, 2.0, 1.5, 1.0, 9.0]))
    it.run(StopRequest())
    assert it.state.step == 10
    assert it.state.stopped_early == "no better in 3 evaluations since step 4"
    assert diary.steps("samples") == [10]
    assert load(tmp_path / "last.pt")["state"]["step"] == 10


def test_a_run_that_ended_early_goes_on_with_more_patience_only(compose_config: Any, tmp_path: Path) -> None:
    settings = ("trainer.steps=12", "trainer.eval_every=2", "trainer.patience=1")
    it, _ = loop(build(compose_config(*POINTS, *settings)), tmp_path, Scripted([1.0, 2.0]))
    it.run(StopRequest())
    assert it.state.step == 4
    for patience, step in ((1, 4), (9, 12)):
        parts = build(compose_config(*POINTS, *settings, f"trainer.patience={patience}"))
        again, _ = loop(parts, tmp_path, Scripted([3.0, 3.0, 3.0, 3.0]))
        again.state.__dict__.update(it.state.__dict__)
        again.run(StopRequest())
        assert again.state.step == step
        assert (again.state.stopped_early is None) is (patience == 9)


def test_before_the_first_step_nothing_is_looked_at_unless_asked(compose_config: Any, tmp_path: Path) -> None:
    for asked, first in (("false", 4), ("true", 0)):
        parts = build(compose_config(*POINTS, "trainer.steps=4", "trainer.sample_every=0", f"trainer.at_start={asked}"))
        it, diary = loop(parts, tmp_path / asked, Scripted([0.5, 1.0]))
        it.run(StopRequest())
        assert diary.steps("metrics")[0] == diary.steps("samples")[0] == first
        assert it.state.best_step == 4


@pytest.mark.parametrize("alarm", [True, False])
def test_a_collapse_is_told_where_it_is_wanted_and_stops_nothing(
    compose_config: Any, tmp_path: Path, alarm: bool
) -> None:
    class Collapsing(Scripted):
        def evaluate(self) -> dict[str, float]:
            values = super().evaluate()
            return values | {"modes": 8.0 if len(self.seen) <= 2 else 1.0}

        def goal(self) -> dict[str, float]:
            return {"modes": 8.0}

    settings = ("trainer.steps=8", "trainer.eval_every=2", f"trainer.alarm={str(alarm).lower()}")
    evaluator = Collapsing([3.0, 1.0, 2.0, 5.0])
    it, diary = loop(build(compose_config(*POINTS, *settings)), tmp_path, evaluator)
    it.run(StopRequest())
    assert diary.steps("coverage") == ([6] if alarm else [])
    text = "coverage has fallen: modes 1, it was 8 of 8"
    assert it.state.alarms == ([{"step": 6, "kind": "coverage", "text": text}] if alarm else [])
    assert load(tmp_path / "last.pt")["state"]["alarms"] == it.state.alarms
    assert it.state.step == 8
