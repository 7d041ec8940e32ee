"""What a person sees of a running sweep."""

import io
import logging
from collections.abc import Callable

import pytest
from rich.console import Console

from gan_runner.sweeps import show
from gan_runner.sweeps.jobs import Entry
from gan_runner.sweeps.show import Show, as_table


def drawn(entries: list[Entry], height: int, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(as_table(entries, height))
    return [line.strip() for line in console.file.getvalue().splitlines() if line.strip()]  # type: ignore[attr-defined]


def test_a_line_a_job_and_the_counts(entry: Callable[..., Entry]) -> None:
    entries = [entry(number, 5000) for number in range(3)]
    entries[0].state, entries[0].step = "finished", 5000
    entries[1].state, entries[1].step, entries[1].metric, entries[1].seconds_left = "running", 1200, "w1 0.5", 83.0
    heading, _, first, second, third, counts = drawn(entries, 40)
    assert heading.split() == ["job", "state", "step", "metric", "left"]
    assert first.split() == ["0", "seed=0", "finished", "5,000/5,000"]
    assert second.split() == ["1", "seed=1", "running", "1,200/5,000", "w1", "0.5", "1:23"]
    assert third.split() == ["2", "seed=2", "waiting", "0/5,000"]
    assert counts == "1 finished, 1 running, 1 waiting"


def test_of_more_jobs_than_lines_the_running_and_the_failed(entry: Callable[..., Entry]) -> None:
    entries = [entry(number) for number in range(200)]
    entries[150].state = entries[7].state = "failed"
    entries[120].state = "running"
    lines = drawn(entries, 24)
    assert len(lines) <= 24
    assert [line.split()[0] for line in lines[2:-1]] == ["120", "7", "150"]
    assert lines[-1] == "197 waiting, 2 failed, 1 running"


def test_on_a_terminal_the_table_moves_and_only_what_matters_is_a_line(
    entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, width=80, height=30)
    monkeypatch.setattr(show, "console", lambda: screen)
    monkeypatch.setattr(show, "on_terminal", lambda: True)
    monkeypatch.setattr(logging.getLogger("gan_runner"), "propagate", True)
    caplog.set_level(logging.DEBUG, "gan_runner")
    entries = [entry(0)]
    shown = Show(entries)
    entries[0].step = 3
    shown.refresh()
    shown.tell(entries[0], "starts")
    shown.tell(entries[0], "failed: boom", important=True)
    shown.close()
    assert "3/4" in screen.file.getvalue()  # type: ignore[attr-defined]
    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert list(dict.fromkeys(said)) == [
        ("DEBUG", "job 0 seed=0: starts"),
        ("WARNING", "job 0 seed=0: failed: boom"),
    ]  # each once: another test may have left a second handler with the logger
