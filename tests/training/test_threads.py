"""The trial that decides between one thread and all leaves nothing behind but its answer."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from gan_runner import ready
from gan_runner.build import build
from gan_runner.training.checkpoint import load
from gan_runner.training.state import RunState, capture
from gan_runner.training.threads import ROUNDS, choose_threads
from running import POINTS, SMALL, assert_same, assert_same_run, run


@pytest.fixture(autouse=True)
def _threads_as_before() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def scripted(seconds: dict[int, float]) -> tuple[Callable[[], None], Callable[[], float], list[int]]:
    """Return a step that takes ``seconds`` by the number of threads, its clock, and the numbers it was taken with."""
    now, taken = 0.0, []

    def step() -> None:
        nonlocal now
        taken.append(torch.get_num_threads())
        now += seconds[torch.get_num_threads()]

    return step, lambda: now, taken


@pytest.mark.parametrize(
    ("two", "one", "chosen", "rounds"),
    [
        (0.010, 0.012, 2, ROUNDS),
        (0.0098, 0.010, 1, ROUNDS),
        (0.010, 0.015, 2, 2),  # a clear case is soon decided
        (0.030, 0.010, 1, 2),
        (2.0, 3.0, 2, 1),  # long steps are tried once
    ],
)
def test_the_faster_is_chosen_and_one_where_there_is_little_between_them(
    two: float, one: float, chosen: int, rounds: int
) -> None:
    step, clock, taken = scripted({2: two, 1: one})
    assert choose_threads(step, 2, clock) == torch.get_num_threads() == chosen
    assert taken[:4] == [2, 1, 2, 1]
    assert len(taken) == 2 + 2 * rounds


def test_with_one_core_nothing_is_tried() -> None:
    step, clock, taken = scripted({})
    assert choose_threads(step, 1, clock) == 1
    assert taken == []


@pytest.mark.parametrize("overrides", [SMALL, (*SMALL, "optim=rmsprop", "trainer.ema=null"), POINTS], ids=" ".join)
def test_trial_steps_leave_no_trace(compose_config: Any, overrides: tuple[str, ...]) -> None:
    ends = []
    for trial in (True, False):
        parts = build(compose_config(*overrides))
        before = capture(parts.engine, parts.stream, RunState())
        if trial:
            ready.settle_threads(parts, most=2)
            torch.set_num_threads(1)
            assert_same(before, capture(parts.engine, parts.stream, RunState()))
        parts.engine.step(parts.stream)
        ends.append(capture(parts.engine, parts.stream, RunState()))
    assert_same(*ends)


def test_the_choice_is_kept_by_a_run_that_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "TORCH_THREADS", 2)
    chosen = [2, 1]
    monkeypatch.setattr(ready, "choose_threads", lambda step, most: torch.set_num_threads(chosen.pop(0)))
    for name in ("whole", "parts"):
        chosen[:] = [2, 1]
        if name == "parts":
            run(tmp_path / name, *SMALL, "trainer.steps=2")
        run(tmp_path / name, *SMALL, "trainer.steps=4", "resume=auto")
        assert chosen == [1]
    assert_same_run(tmp_path / "whole", tmp_path / "parts")
    assert load(tmp_path / "parts" / "checkpoints" / "last.pt")["threads"] == 2
    for path in (tmp_path / "parts" / "checkpoints").iterdir():
        path.unlink()
    run(tmp_path / "parts", *SMALL, "trainer.steps=4", "resume=auto")  # as run.json tells
    assert chosen == [1]
    assert_same_run(tmp_path / "whole", tmp_path / "parts")


def test_threads_that_were_asked_for_are_not_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "TORCH_THREADS", 2)
    monkeypatch.setattr(ready, "choose_threads", lambda *_: pytest.fail("tried"))
    run(tmp_path, *SMALL, "threads=2")
    assert load(tmp_path / "checkpoints" / "last.pt")["threads"] == 2
