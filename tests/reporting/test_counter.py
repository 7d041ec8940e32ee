import logging
from collections.abc import Iterator

import pytest

from gan_runner.reporting import counter as module
from gan_runner.reporting.counter import Counter
from gan_runner.reporting.progress import setup_logging


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    logger = logging.getLogger("gan_runner")
    before = list(logger.handlers)
    now = [50.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    yield now
    logger.handlers[:] = before


def test_a_line_every_five_seconds_and_one_at_the_end(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(None)
    with Counter() as counter:
        for done in range(0, 1001, 10):
            counter("preparing", done, 1000)
            clock[0] += 0.1
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["preparing 500/1,000  100 images/s  0:05 left", "preparing: 1,000 images in 0:10, 100/s"]


def test_what_was_done_before_costs_no_time_here(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(None)
    counter = Counter()
    counter("preparing", 900, 1000)
    clock[0] += 6
    counter("preparing", 960, 1000)
    assert capsys.readouterr().err.splitlines() == ["preparing 960/1,000  10 images/s  0:04 left"]


def test_what_was_all_done_is_not_shown(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(None)
    with Counter() as counter:
        counter("preparing", 10, 10)
    assert capsys.readouterr().err == ""


def test_one_kind_of_work_follows_another(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(None)
    with Counter("pictures") as counter:
        for what in ("checking", "verifying"):
            counter(what, 0, 2)
            clock[0] += 1
            counter(what, 2, 2)
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == ["checking", "verifying"]
