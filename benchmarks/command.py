"""gan-train's own step: its loop, engine and recorder, let run for some steps at a time."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.loops import Stepper, Switches
from gan_runner.build import Parts
from gan_runner.reporting.jsonl import JsonLines
from gan_runner.reporting.progress import Progress
from gan_runner.reporting.recorder import RunRecorder
from gan_runner.reporting.tensorboard import TensorBoard
from gan_runner.reporting.writer import Writer
from gan_runner.training.checkpoint import Checkpoints
from gan_runner.training.loop import Loop
from gan_runner.training.state import RunState
from gan_runner.training.stop import StopRequest


class Command(Stepper):
    """gan-train's own loop, engine and recorder on ``parts``, logging into ``folder`` as often as it does by default.

    What it does every few hundred steps (pictures, checkpoints) is left out; the last step of those asked for is logged
    in any case, so fewer than the 20 between two log lines are dearer than in a long run.
    """

    def __init__(self, parts: Parts, folder: Path) -> None:
        self.parts = parts
        self.switches = Switches.now()
        self.state = RunState()
        self.writer = Writer([JsonLines(folder, 0), TensorBoard(folder, 0)])
        self.recorder = TimedRecorder(folder, self.writer, Progress(parts.trainer.steps), dict, str)
        self.checkpoints = NoCheckpoints(folder, 1)

    def step(self) -> None:
        """Play a step without looking at it."""
        self.parts.engine.step(self.parts.stream)

    def advance(self, steps: int) -> float:
        """Play so many steps and return the seconds until the last one was logged."""
        until = self.state.step + steps
        settings = replace(self.parts.trainer, steps=until, sample_every=0, save_every=0, eval_every=0)
        engine, stream = self.parts.engine, self.parts.stream
        start = time.perf_counter()
        Loop(engine, stream, settings, self.state, self.recorder, self.checkpoints, None, {}).run(StopRequest())
        self.images = stream.state_dict()["drawn"]
        return self.recorder.logged - start

    def close(self) -> None:
        """Let go of the files."""
        self.writer.close()


class TimedRecorder(RunRecorder):
    """The recorder of a run, which knows when it was last given scalars, and draws no samples."""

    logged = 0.0

    def scalars(self, step: int, values: dict[str, float]) -> None:
        """Record the scalars of one step and note when that was done."""
        super().scalars(step, values)
        self.logged = time.perf_counter()

    def samples(self, step: int) -> None:
        """Draw nothing."""


class NoCheckpoints(Checkpoints):
    """Checkpoints that are not written."""

    def save(self, step: int, state: dict[str, Any], best_step: int | None = None) -> Path:
        """Write nothing."""
        return self.folder
