"""A job of a sweep: what it is, and how far it has come."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gan_runner.reporting.runfile import RunFile

State = Literal["waiting", "running", "finished", "failed", "stopped"]


@dataclass(frozen=True)
class Job:
    """One run of a sweep. ``name`` are the overrides in which it differs from the others, ``threads`` its CPU threads.

    The threads are settled when the job joins the sweep and kept ever after: another number gives other last bits.
    """

    number: int
    name: str
    overrides: tuple[str, ...]
    digest: str
    folder: Path
    steps: int
    threads: int

    def __str__(self) -> str:
        return f"job {self.number} {self.name}".rstrip()


@dataclass
class Entry:
    """A job in the course of one command: its state, the newest that is known of it, and why it failed."""

    job: Job
    goal: int
    """The step to which it is to be trained now."""
    state: State = "waiting"
    step: int = 0
    metric: str = ""
    seconds_left: float | None = None
    reason: str = ""
    attempts: int = 0

    def __post_init__(self) -> None:
        record = RunFile.read(self.job.folder) or {}
        self.step = record.get("step") or 0
        if self.is_finished():
            self.state = "finished"

    def is_finished(self) -> bool:
        """Return whether the job's run.json says that it has reached its goal, or ended early for want of progress."""
        record = RunFile.read(self.job.folder) or {}
        arrived = (record.get("step") or 0) >= self.goal or record.get("stopped_early") is not None
        return record.get("status") == "finished" and arrived

    def is_begun(self) -> bool:
        """Return whether there is a run to go on with."""
        return RunFile.read(self.job.folder) is not None

    def value(self) -> float | None:
        """Return the monitored metric at the end of the run; None without one."""
        record: dict[str, Any] = RunFile.read(self.job.folder) or {}
        monitor = (record.get("metric") or {}).get("monitor")
        value = (record.get("final") or {}).get(monitor)
        return None if value is None else float(value)
