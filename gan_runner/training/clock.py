"""The time a run takes."""

import time

from gan_runner.training.state import RunState


class Clock:
    """Counts wall time into the run's state, and steps a second over the stretch since the last pause."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._mark = time.perf_counter()
        self._steps = 0

    def count(self) -> None:
        """Count a step."""
        self._steps += 1

    def pause(self) -> float:
        """End a stretch, begin the next, and return the one's seconds."""
        now = time.perf_counter()
        seconds = now - self._mark
        self._state.seconds += seconds
        self._mark = now
        self._steps = 0
        return seconds

    def rate(self) -> float:
        """Return steps a second since the last pause, and pause; call it right after reading the device."""
        steps = self._steps
        return steps / max(self.pause(), 1e-9)
