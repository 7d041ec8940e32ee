"""The time a run takes, for its steps and for what is done beside them."""

import contextlib
import time
from collections.abc import Callable, Iterator

from gan_runner.training.state import RunState


class Clock:
    """Counts wall time into the run's state, and tells steps apart from logging, sampling, evaluating and saving."""

    def __init__(self, state: RunState, now: Callable[[], float] = time.perf_counter) -> None:
        self._state = state
        self._now = now
        self._mark = now()
        self._steps = 0
        self._stepping = 0.0  # seconds since `rate` was asked last
        self._whole = 0.0
        self._aside = 0.0

    def count(self) -> None:
        """Count a step."""
        self._steps += 1

    def rate(self) -> float:
        """Return steps a second of stepping since this was asked last; call it right after reading the device."""
        self.stop()
        steps, seconds = self._steps, self._stepping
        self._steps, self._stepping = 0, 0.0
        return steps / max(seconds, 1e-9)

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Count the body as time beside the steps."""
        self.stop()
        try:
            yield
        finally:
            self._aside += self._lap()

    def overhead(self) -> float:
        """Return which share of the time so far, 0 to 1, was spent beside the steps."""
        return self._aside / max(self._whole, 1e-9)

    def stop(self) -> None:
        """Count the time up to now as stepping."""
        self._stepping += self._lap()

    def _lap(self) -> float:
        now = self._now()
        seconds, self._mark = now - self._mark, now
        self._state.seconds += seconds
        self._whole += seconds
        return seconds
