"""Running jobs in slots until all are done, one fails that ends the sweep, or a signal comes."""

import time
from collections import deque
from collections.abc import Sequence

from gan_runner.reporting.progress import clock
from gan_runner.sweeps.jobs import Entry
from gan_runner.sweeps.process import Process, is_held
from gan_runner.sweeps.settings import SweepSettings
from gan_runner.sweeps.show import Show
from gan_runner.sweeps.slots import Slot
from gan_runner.sweeps.watch import Watch
from gan_runner.training.stop import StopRequest

TICK = 0.1
"""Seconds between looks at the processes; a slot stands empty for half of that on average."""
PATIENCE = 10.0
"""Seconds that jobs have to save, if the sweep itself fails, before they are killed."""
LOOK = 1.0
"""Seconds between looks at how far they are."""


class Schedule:
    """Runs the jobs of ``entries`` that are not finished, as many at a time as there are slots."""

    def __init__(
        self, entries: Sequence[Entry], slots: Sequence[Slot], flags: Sequence[str], settings: SweepSettings, show: Show
    ) -> None:
        self._waiting = deque(entry for entry in entries if entry.state == "waiting")
        self._free = list(slots)
        self._running: dict[Slot, tuple[Entry, Process, Watch, float]] = {}
        self._flags = flags
        self._settings = settings
        self._show = show
        self._ending = False

    def run(self, stop: StopRequest) -> bool:
        """Return when nothing runs any more; every entry then says how its job has ended. False: it was cut short."""
        looked = 0.0
        try:
            while self._running or (self._waiting and not self._ending):
                if stop.signal is not None:
                    self._end()
                self._collect()
                self._fill()
                if time.monotonic() - looked >= LOOK:
                    for _, _, watch, _ in self._running.values():
                        watch.look()
                    self._show.refresh()
                    looked = time.monotonic()
                time.sleep(TICK)
        finally:
            if self._running:  # only an error of our own leads here
                self._end()
            for _, process, _, _ in self._running.values():
                process.end(PATIENCE)
            self._show.refresh()
        return not self._ending

    def _end(self) -> None:
        """Start nothing more, and have what runs saved and ended."""
        if not self._ending:
            self._ending = True
            for entry in self._waiting:
                entry.state = "stopped"
            for _, process, _, _ in self._running.values():
                process.stop()

    def _fill(self) -> None:
        for _ in range(len(self._waiting)):
            if self._ending or not self._free:
                return
            entry = self._waiting.popleft()
            if is_held(entry.job.folder):
                if not entry.reason:
                    entry.reason = "its folder is in use by another process; waiting for that to end"
                    self._show.tell(entry, entry.reason)
                self._waiting.append(entry)
                continue
            try:
                self._start(entry, self._free[0])
            except OSError as error:  # a folder that cannot be made, a full disk, no more processes
                self._fail(entry, str(error))

    def _start(self, entry: Entry, slot: Slot) -> None:
        self._show.tell(entry, f"goes on at step {entry.step}" if entry.is_begun() else "starts")
        entry.state, entry.reason = "running", ""
        entry.attempts += 1
        process = Process(entry.job, slot, self._flags, entry.goal)
        self._free.remove(slot)
        self._running[slot] = (entry, process, Watch(entry), time.monotonic())

    def _collect(self) -> None:
        for slot, (entry, process, watch, began) in list(self._running.items()):
            if process.code() is None:
                continue
            del self._running[slot]
            self._free.append(slot)
            self._free.sort(key=lambda one: one.number)
            watch.look()
            self._settle(entry, process, time.monotonic() - began)

    def _settle(self, entry: Entry, process: Process, seconds: float) -> None:
        entry.seconds_left = None
        if entry.is_finished():
            entry.state = "finished"
            self._show.tell(entry, f"finished at step {entry.step} after {clock(seconds)}  {entry.metric}".rstrip())
        elif self._ending:
            entry.state = "stopped"
            self._show.tell(entry, f"stopped at step {entry.step}")
        else:
            self._fail(entry, process.last_words())

    def _fail(self, entry: Entry, reason: str) -> None:
        entry.reason = reason
        if entry.attempts <= self._settings.retries:
            entry.state = "waiting"
            self._waiting.append(entry)
            self._show.tell(entry, f"failed, tried again: {reason}", important=True)
            return
        entry.state = "failed"
        self._show.tell(entry, f"failed: {reason}", important=True)
        if self._settings.on_failure == "stop":
            self._end()
