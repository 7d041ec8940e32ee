import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gan_runner.reporting import progress
from gan_runner.reporting.progress import Progress, setup_logging

SCRIPT = """
import logging, pathlib, sys
from gan_runner.reporting.progress import Progress, setup_logging
setup_logging(pathlib.Path(sys.argv[1]))
with Progress(10) as bar:
    for step in range(1, 11):
        bar.update(step, {"G": 0.41234, "D": 0.2}, 12345.6, 0.031)
        if step == 5:
            bar.note("8 of 8 modes [x]", keep=True)
            logging.getLogger("gan_runner.x").warning("careful \\u00e9")
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    logger = logging.getLogger("gan_runner")
    before = logger.level, logger.propagate, list(logger.handlers)
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    yield now
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    logger.level, logger.propagate = before[:2]
    logger.handlers.extend(before[2])


def test_elsewhere_the_first_and_last_lines_and_one_every_five_seconds(
    clock: list[float], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    setup_logging(tmp_path)
    with Progress(100) as bar:
        for step in range(1, 101):
            clock[0] += 0.1
            bar.update(step, {"G": 0.41234, "D": -12.0}, 12345.6, 0.031)
    shown = capsys.readouterr()
    assert shown.out == ""
    lines = shown.err.splitlines()
    assert lines[0] == "step 1/100  G 0.412  D -12.0  12,346 images/s  overhead 3%  0:10 left"
    assert lines[-1].startswith("step 100/100  ")
    assert len(lines) == 3
    log = (tmp_path / "train.log").read_text(encoding="utf-8").splitlines()
    assert [line.split("step")[1] for line in log] == [line.split("step")[1] for line in lines]


def test_an_interrupted_run_shows_its_last_line_once(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(None)
    bar = Progress(100)
    for step in (1, 2, 3):
        bar.update(step, {}, 1.0, 0.0)
    bar.close()
    bar.close()
    assert [line.split()[1] for line in capsys.readouterr().err.splitlines()] == ["1/100", "3/100"]


def test_time_left_counts_from_the_resumed_step(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(None)
    bar = Progress(10_000, start=1_000)
    clock[0] += 10.0
    bar.update(1_010, {}, 1.0, 0.0)
    assert capsys.readouterr().err.strip().endswith("2:29:50 left")


def test_notes_are_lines_and_a_second_setup_does_not_double_them(
    clock: list[float], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    setup_logging(tmp_path)
    setup_logging(tmp_path)
    with Progress(10) as bar:
        bar.note("saved été")
    logging.getLogger("gan_runner.x").debug("detail")
    assert capsys.readouterr().err == "saved été\n"
    log = (tmp_path / "train.log").read_text(encoding="utf-8")
    assert log.count("saved été") == 1
    assert "DEBUG   detail" in log


def test_setup_says_if_the_folder_cannot_be_written(clock: list[float], tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        setup_logging(tmp_path / "missing")


def on_a_terminal(folder: Path, **variables: str) -> str:
    pty = pytest.importorskip("pty")
    main, terminal = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "NO_COLOR": "1", **variables}
    with subprocess.Popen([sys.executable, "-c", SCRIPT, str(folder)], stderr=terminal, env=environment) as process:
        os.close(terminal)
        shown = b""
        try:
            while piece := os.read(main, 65536):
                shown += piece
        except OSError:  # how Linux says that the other end is closed
            pass
    os.close(main)
    assert process.returncode == 0
    return shown.decode()


def test_on_a_terminal_one_moving_line_below_the_log(tmp_path: Path) -> None:
    shown = on_a_terminal(tmp_path, PYTHONUTF8="1")
    lines = shown.split("\r\n")
    assert lines[0].endswith("\x1b[2K8 of 8 modes [x]")
    assert lines[1].endswith("\x1b[2Kcareful é")
    assert len(lines) == 4
    assert "step 10/10  G 0.412  D 0.200  12,346 images/s  overhead 3%  0:00 left  8 of 8 modes" in lines[2]
    assert "━" in lines[2]
    assert lines[3] == "\x1b[?25h", "the cursor is shown again"
    log = (tmp_path / "train.log").read_text(encoding="utf-8").splitlines()
    assert ["step" in line for line in log] == [True, False, False, True]
    assert "\x1b" not in "".join(log)


def test_plain_ascii_terminal(tmp_path: Path) -> None:
    shown = on_a_terminal(tmp_path, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert shown.isascii()
    assert "careful \\xe9" in shown
    assert "step 10/10" in shown


def test_dumb_terminal_gets_plain_lines(tmp_path: Path) -> None:
    shown = on_a_terminal(tmp_path, TERM="dumb", PYTHONUTF8="1")
    assert "\x1b" not in shown
    lines = shown.replace("\r\n", "\n").splitlines()
    assert [line[:9] for line in lines] == ["step 1/10", "8 of 8 mo", "careful é", "step 10/1"]
