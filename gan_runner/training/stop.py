"""Ctrl-C, SIGTERM and their like: the first asks the run to save and end; a second Ctrl-C ends it at once."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
WATCHED = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
"""Ctrl-C, a scheduler's end, a lost terminal, a scheduler's warnings; Windows knows only the first two."""


class StopRequest:
    """A context in which the first signal to stop only sets ``signal``, to be looked at between steps.

    After it only Ctrl-C ends the process. Schedulers, and sweeps that end, tell the same thing twice: to a process
    group, and each process by itself. Who means it sends SIGKILL.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self._owner = os.getpid()
        self._at_once = False
        self._previous: dict[int, object] = {}

    @property
    def exit_code(self) -> int:
        """The shell's code for a process ended by the signal received: 130 for Ctrl-C, 143 for SIGTERM."""
        assert self.signal is not None
        return 128 + self.signal

    def __enter__(self) -> Self:
        for number in WATCHED:
            if signal.getsignal(number) is not signal.SIG_IGN:  # under nohup a lost terminal is to be ignored
                self._previous[number] = signal.signal(number, self._receive)
        return self

    def pass_on(self) -> None:
        """Let a handler that was there before have the signal, now that all is saved: a scheduler's requeues the job.

        Those of our own commands and Python's have nothing to add.
        """
        assert self.signal is not None
        handler = self._previous.get(self.signal)
        module = getattr(handler, "__module__", None) or ""
        if callable(handler) and not module.startswith(("gan_runner.", "_signal", "signal")):
            handler(self.signal, None)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Raise SystemExit right where a signal arrives, for a stretch in which there is nothing to save."""
        self._at_once = True
        try:
            yield
        finally:
            self._at_once = False

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._owner:  # a forked worker inherits the handler; stopping is its parent's business
            return
        if self.signal is not None:
            if number == signal.SIGINT:
                os._exit(128 + number)
            return
        self.signal = number
        if self._at_once:
            raise SystemExit(self.exit_code)
