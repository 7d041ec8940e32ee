"""What the shell shows while a run trains: log lines, and on a terminal a progress bar below them."""

import contextlib
import functools
import logging
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.console import Console

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 5.0


def setup_logging(folder: Path | None) -> None:
    """Send the log lines of gan_runner to the shell (stderr) and, with times and details, to ``folder/train.log``.

    A second call replaces the first. Nothing is passed on to the root logger, which Hydra configures its own way.

    Raises: OSError if ``train.log`` cannot be opened.
    """
    root = logging.getLogger("gan_runner")
    root.setLevel(logging.DEBUG)
    root.propagate = False
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    shell = _TerminalHandler() if on_terminal() else logging.StreamHandler()
    shell.setLevel(logging.INFO)
    root.addHandler(shell)
    if folder is not None:
        file = logging.FileHandler(folder / "train.log", encoding="utf-8", errors="backslashreplace")
        file.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s"))
        root.addHandler(file)


class Progress:
    """Shows how far training is: ``step 500/5000  G 0.412  D 0.213  12,300 images/s  1:23 left``.

    On a terminal that is one line that moves, with a bar; the lines also go to train.log. Elsewhere they are log
    lines, the first and the last and at most one every five seconds between them.
    """

    def __init__(self, total: int, start: int = 0) -> None:
        self._total = total
        self._start = start
        self._began = time.monotonic()
        self._shown = -SECONDS_BETWEEN_LINES
        self._line = ""
        self._kept = ""
        self._bar = Bar(total, start) if on_terminal() else None

    def update(self, step: int, losses: Mapping[str, float], images_per_second: float, overhead: float) -> None:
        """Show that ``step`` steps are done; ``losses`` are shown under the names and in the order given.

        ``overhead`` is the share of the time spent beside the steps, 0 to 1.
        """
        values = [f"{name} {value:#.3g}" for name, value in losses.items()]
        left = self._seconds_left(step)
        speed = f"{images_per_second:,.0f} images/s  overhead {overhead:.0%}"
        self._line = "  ".join([f"step {step}/{self._total}", *values, speed, f"{clock(left)} left"])
        if self._bar is not None:
            self._bar.show(step, self._line + self._kept)
        if step >= self._total or time.monotonic() - self._shown >= SECONDS_BETWEEN_LINES:
            self._log_line()

    def note(self, text: str, keep: bool = False) -> None:
        """Log ``text``; with ``keep`` it also stays at the end of the bar until the next such note."""
        log.info("%s", text)
        if keep:
            self._kept = f"  {text}"

    def close(self) -> None:
        """Show the last line if it has not been shown, and leave the terminal as it was."""
        self._log_line()
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _seconds_left(self, step: int) -> float:
        done = max(step - self._start, 1)
        return (time.monotonic() - self._began) / done * (self._total - step)

    def _log_line(self) -> None:
        if self._line:
            # Under a bar the line is for train.log alone: the handler of the shell leaves out what is below INFO.
            log.log(logging.DEBUG if self._bar else logging.INFO, "%s", self._line)
            self._shown = time.monotonic()
            self._line = ""


class Bar:
    """A line with a bar at the bottom of the terminal."""

    def __init__(self, total: int, start: int) -> None:
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as RichProgress
        from rich.table import Column

        # Drawn only when there is news: rich's own thread would take turns with the training ten times a second.
        self._rich = RichProgress(
            BarColumn(bar_width=12, table_column=Column(width=12)),
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="crop")),
            console=console(),
            auto_refresh=False,
            redirect_stdout=sys.stdout.isatty(),
        )
        self._task = self._rich.add_task("", total=total, completed=start)
        self._rich.start()

    def show(self, step: int, line: str) -> None:
        """Draw the bar at ``step`` with ``line`` after it."""
        with contextlib.suppress(OSError):  # the terminal is gone, the training is not
            self._rich.update(self._task, completed=step, description=line, refresh=True)

    def close(self) -> None:
        """Leave the terminal as it was."""
        with contextlib.suppress(OSError):
            self._rich.stop()


class _TerminalHandler(logging.Handler):
    """Prints above the bar instead of through it."""

    def emit(self, record: logging.LogRecord) -> None:
        from rich.text import Text

        style = "yellow" if record.levelno >= logging.WARNING else ""
        try:
            console().print(Text(self.format(record), style=style), soft_wrap=True)
        except Exception:
            self.handleError(record)


@functools.cache
def console() -> "Console":
    """Return the terminal that log lines and whatever moves below them share."""
    from rich.console import Console

    return Console(stderr=True)


def on_terminal() -> bool:
    """Return whether a person sees stderr as it is written."""
    return sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def clock(seconds: float) -> str:
    """Return e.g. ``1:23`` or ``2:05:00``."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
