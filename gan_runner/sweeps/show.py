"""What the shell shows while a sweep runs: a live table on a terminal, elsewhere a line for every change."""

import contextlib
import logging
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gan_runner.reporting.progress import clock, console, on_terminal
from gan_runner.sweeps.jobs import Entry

if TYPE_CHECKING:
    from rich.live import Live as RichLive
    from rich.table import Table

log = logging.getLogger(__name__)

COLOURS = {"running": "cyan", "finished": "green", "failed": "red", "stopped": "yellow", "dropped": "dim"}


class Show:
    """Tells of a sweep's jobs; ``entries`` are looked at again with every `refresh`."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._live: RichLive | None = None
        if on_terminal():
            from rich.live import Live

            self._live = Live(self._table(), console=console(), auto_refresh=False, transient=True)
            self._live.start()

    def tell(self, entry: Entry, what: str, important: bool = False) -> None:
        """Say what has happened to a job. Above a live table only what is important is said."""
        level = logging.WARNING if important else logging.DEBUG if self._live else logging.INFO
        log.log(level, "%s: %s", entry.job, what)

    def refresh(self) -> None:
        """Draw the table anew."""
        if self._live is not None:
            with contextlib.suppress(OSError):  # the terminal is gone, the jobs are not
                self._live.update(self._table(), refresh=True)

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._live is not None:
            with contextlib.suppress(OSError):
                self._live.stop()
            self._live = None

    def _table(self) -> "Table":
        return as_table(self._entries, console().height)


def as_table(entries: Sequence[Entry], height: int) -> "Table":
    """Return the table, its caption the counts; of more jobs than ``height`` lines hold, the running and failed."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    counts = Counter(entry.state for entry in entries)
    caption = ", ".join(f"{count} {state}" for state, count in counts.items())
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption=caption, caption_justify="left")
    table.add_column("job", justify="right")
    table.add_column("", overflow="ellipsis", no_wrap=True, ratio=1)
    for heading in ("state", "step", "metric", "left"):
        table.add_column(heading, no_wrap=True, justify="right" if heading in ("step", "left") else "left")
    room = max(height - 6, 3)
    if len(entries) > room:
        order = ("running", "failed", "stopped")
        entries = sorted((e for e in entries if e.state in order), key=lambda e: order.index(e.state))[:room]
    for entry in entries:
        left = "" if entry.state != "running" or entry.seconds_left is None else clock(entry.seconds_left)
        state = Text(entry.state, style=COLOURS.get(entry.state, ""))
        step = f"{entry.step:,}/{entry.goal:,}"
        table.add_row(str(entry.job.number), Text(entry.job.name), state, step, Text(entry.metric), left)
    return table
