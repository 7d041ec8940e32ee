"""Ctrl-C and SIGTERM: the first asks the run to save and end, the second ends it at once."""

import os
import signal
from types import FrameType, TracebackType
from typing import Self

WATCHED = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """A context in which the first SIGINT or SIGTERM only sets ``signal``, to be looked at between steps."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._owner = os.getpid()
        self._previous: dict[int, object] = {}

    @property
    def exit_code(self) -> int:
        """The shell's code for a process ended by the signal received: 130 or 143."""
        assert self.signal is not None
        return 128 + self.signal

    def __enter__(self) -> Self:
        for number in WATCHED:
            self._previous[number] = signal.signal(number, self._receive)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._owner:  # a forked worker inherits the handler; stopping is its parent's business
            return
        if self.signal is not None:
            os._exit(128 + number)
        self.signal = number
