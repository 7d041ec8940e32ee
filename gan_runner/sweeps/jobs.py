"""A job of a sweep: what it is, and how far it has come."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gan_runner.reporting.runfile import RunFile
from gan_runner.training.checkpoint import Checkpoints

State = Literal["waiting", "running", "finished", "failed", "stopped", "dropped"]


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
        self.aim(self.goal)

    def aim(self, goal: int) -> None:
        """Set the step to train to; the job is finished already, or waits."""
        self.goal, self.step, self.attempts = goal, self._newest(), 0
        self.state = "finished" if self.is_finished() else "waiting"

    def is_finished(self) -> bool:
        """Return whether the job has reached its goal and its run.json says so, or ended early for want of progress.

        A goal short of the run's end has been reached, too, if the run has been trained beyond it.
        """
        record = RunFile.read(self.job.folder) or {}
        arrived = (record.get("step") or 0) >= self.goal or record.get("stopped_early") is not None
        return (record.get("status") == "finished" and arrived) or self.goal < min(self._newest(), self.job.steps)

    def is_begun(self) -> bool:
        """Return whether there is a run to go on with."""
        return RunFile.read(self.job.folder) is not None

    def _newest(self) -> int:
        """Return the step of the newest checkpoint: where the run goes on, and what a kill leaves it with."""
        return max((int(path.stem) for path in Checkpoints(self.job.folder / "checkpoints", 1).numbered()), default=0)

    def value(self) -> float | None:
        """Return the monitored metric at the end of the run; None without one."""
        record: dict[str, Any] = RunFile.read(self.job.folder) or {}
        monitor = (record.get("metric") or {}).get("monitor")
        value = (record.get("final") or {}).get(monitor)
        return None if value is None else float(value)
