"""The loop alone knows time: it steps the engine and says when to log, sample, evaluate and save."""

import logging
import math
import time
from dataclasses import asdict
from typing import Any, Protocol

import torch
from torch import Tensor

from gan_runner.data.stream import Stream
from gan_runner.errors import TrainingFailedError
from gan_runner.training.alarm import Alarm, Watch
from gan_runner.training.checkpoint import Checkpoints
from gan_runner.training.engine import Engine
from gan_runner.training.evaluator import Evaluator
from gan_runner.training.settings import TrainerSettings
from gan_runner.training.state import RunState, capture, is_finite
from gan_runner.training.stop import StopRequest

log = logging.getLogger(__name__)


class Recorder(Protocol):
    """Where the loop's numbers and pictures go; each call may take its time, training waits."""

    def scalars(self, step: int, values: dict[str, float]) -> None:
        """Record the scalars of one step."""

    def samples(self, step: int) -> None:
        """Record a picture of the samples as they are now."""

    def metrics(self, step: int, values: dict[str, float]) -> None:
        """Record the values of one evaluation."""

    def alarm(self, step: int, kind: str, text: str) -> None:
        """Record a sign of collapse."""

    def flush(self) -> None:
        """Bring what was recorded to the disk."""


class Loop:
    """Runs the engine from ``state.step`` to ``settings.steps`` or until asked to stop."""

    def __init__(
        self,
        engine: Engine,
        stream: Stream,
        settings: TrainerSettings,
        state: RunState,
        recorder: Recorder,
        checkpoints: Checkpoints,
        evaluator: Evaluator | None,
        identity: dict[str, Any],
    ) -> None:
        self.engine = engine
        self.stream = stream
        self.settings = settings
        self.state = state
        self.recorder = recorder
        self.checkpoints = checkpoints
        self.evaluator = evaluator
        self.identity = identity
        self._watch = (
            Watch(evaluator.goal() if evaluator else {}, settings.steps, state.watch) if settings.alarm else None
        )
        self._images = settings.batch_size * engine.batches_per_step
        self._rates = {f"lr/{side}": rate for side, rate in engine.rates().items()}

    def run(self, stop: StopRequest) -> None:
        """Train; on a stop request finish the step, save, and return. Raises TrainingFailedError on divergence."""
        state, settings = self.state, self.settings
        clock = _Clock(state)
        saved = state.step
        if state.step == 0 and settings.at_start:
            self._look()
        self._stop_early()
        while state.step < settings.steps and stop.signal is None and state.stopped_early is None:
            observe = self._due(settings.log_every, state.step + 1)
            scalars = self.engine.step(self.stream, observe)
            state.step += 1
            clock.count()
            if observe:
                self._log(scalars, clock)
            better = False
            if self.evaluator is not None and self._due(settings.eval_every, state.step):
                better = self._evaluate(self.evaluator)
                self._stop_early()
                clock.pause()
            if self._due(settings.sample_every, state.step) or state.stopped_early is not None:
                self.recorder.samples(state.step)
                clock.pause()
            if better or self._due(settings.save_every, state.step):
                clock.pause()
                saved = self._save() or saved
                clock.pause()
        clock.pause()
        if saved != state.step and self._save() is None:
            raise TrainingFailedError(f"step {state.step} could not be saved in {self.checkpoints.folder}")

    def _look(self) -> None:
        """Record what the generator makes before it has learned anything; no candidate for the best."""
        self.recorder.samples(self.state.step)
        if self.evaluator is not None:
            self.recorder.metrics(self.state.step, self.evaluator.evaluate())

    def _due(self, every: int, step: int) -> bool:
        return step == self.settings.steps or (every > 0 and step % every == 0)

    def _log(self, scalars: dict[str, Tensor], clock: "_Clock") -> None:
        values = read(scalars)
        values |= self._rates | {"time/images_per_second": clock.rate() * self._images}
        self.recorder.scalars(self.state.step, values)
        self._refuse_divergence([name for name, value in values.items() if not math.isfinite(value)])
        if self._watch is not None:
            self._tell(self._watch.logged(self.state.step, values))

    def _evaluate(self, evaluator: Evaluator) -> bool:
        values = evaluator.evaluate()
        better = evaluator.is_better(values, self.state.best)
        self.state.metrics = values
        if better:
            self.state.best, self.state.best_step = values, self.state.step
        self.state.since_best = 0 if better else self.state.since_best + 1
        self.recorder.metrics(self.state.step, values)
        if self._watch is not None:
            self._tell(self._watch.evaluated(self.state.step, values))
        return better

    def _tell(self, alarms: list[Alarm]) -> None:
        for alarm in alarms:
            self.state.alarms.append(asdict(alarm))
            self.recorder.alarm(alarm.step, alarm.kind, alarm.text)

    def _stop_early(self) -> None:
        """Note that the run ends here if it has not become better for as many evaluations as the settings allow."""
        state, patience = self.state, self.settings.patience
        enough = patience is not None and state.since_best >= patience
        state.stopped_early = (
            f"no better in {state.since_best} evaluations since step {state.best_step}" if enough else None
        )

    def _save(self) -> int | None:
        """Write a checkpoint and return its step; None, after a warning, if the disk refuses: the next may succeed."""
        if not is_finite(self.engine):
            self._refuse_divergence(["a weight"])
        self.recorder.flush()
        content = capture(self.engine, self.stream, self.state) | self.identity
        try:
            self.checkpoints.save(self.state.step, content, self.state.best_step)
        except OSError as error:
            log.warning("step %d is not saved: %s; older checkpoints are untouched", self.state.step, error)
            return None
        return self.state.step

    def _refuse_divergence(self, names: list[str]) -> None:
        if names:
            kept = self.checkpoints.numbered()
            back = f"the last good checkpoint is {kept[-1]}" if kept else "no checkpoint was written yet"
            raise TrainingFailedError(
                f"diverged: {', '.join(names)} not finite at step {self.state.step}; {back}; "
                "try a smaller optim.lr, another reg, or precision=fp32"
            )


class _Clock:
    """Counts wall time into the run's state, and steps a second over the stretch since the last pause."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._mark = time.perf_counter()
        self._steps = 0

    def count(self) -> None:
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


def read(scalars: dict[str, Tensor]) -> dict[str, float]:
    """Return scalars as floats: the one place where the host waits for the device."""
    if not scalars:
        return {}
    return dict(zip(scalars, torch.stack([value.float() for value in scalars.values()]).tolist(), strict=True))
