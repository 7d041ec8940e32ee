"""What the shell shows while something is done item by item: a bar on a terminal, a line now and then elsewhere."""

import logging
import time
from types import TracebackType
from typing import Self

from gan_runner.reporting.progress import SECONDS_BETWEEN_LINES, Bar, clock, on_terminal

log = logging.getLogger(__name__)


class Counter:
    """Shows ``preparing 12,000/20,000  2,300 images/s  0:03 left``; call it with what, how many are done, of how many.

    The first call for a ``what`` begins it: what was done by then costs no time here. A call with all done ends it with
    a line; work that was all done at its first call is not shown at all.
    """

    def __init__(self, unit: str = "images") -> None:
        self._unit = unit
        self._what = ""
        self._bar: Bar | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done."""
        now = time.monotonic()
        if what != self._what:
            if done >= total:
                return
            self._what, self._began, self._first, self._shown = what, now, done, now
            self._bar = Bar(total, done) if on_terminal() else None
        rate = (done - self._first) / max(now - self._began, 1e-9)
        left = f"{clock((total - done) / rate)} left" if rate else ""
        line = f"{what} {done:,}/{total:,}  {rate:,.0f} {self._unit}/s  {left}"
        if self._bar is not None:
            self._bar.show(done, line)
        if done >= total:
            self.close()
            log.info("%s: %s %s in %s, %s/s", what, f"{total:,}", self._unit, clock(now - self._began), f"{rate:,.0f}")
        elif self._bar is None and now - self._shown >= SECONDS_BETWEEN_LINES:
            log.info("%s", line)
            self._shown = now

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._what = ""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
