"""The loop alone knows time: it steps the engine and says when to log, sample, evaluate and save."""

import logging
import math
from dataclasses import asdict
from typing import Any, Protocol

import torch
from torch import Tensor

from gan_runner import ranks
from gan_runner.data.stream import Stream
from gan_runner.errors import TrainingFailedError
from gan_runner.training.alarm import Alarm, Watch
from gan_runner.training.checkpoint import Checkpoints
from gan_runner.training.clock import Clock
from gan_runner.training.engine import Engine
from gan_runner.training.evaluator import Evaluator
from gan_runner.training.parallel import largest, once
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
    """Runs the engine from ``state.step`` to ``settings.steps`` or until asked to stop.

    Of several ranks the first alone logs, samples, evaluates and saves; the state of the others knows only the step.
    """

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
        clock = Clock(state)
        saved = state.step
        if state.step == 0 and settings.at_start:
            once(self._look)
        state.stopped_early = self._enough()
        while state.step < settings.steps and not asked_to_stop(stop) and state.stopped_early is None:
            observe = self._due(settings.log_every, state.step + 1)
            scalars = self.engine.step(self.stream, observe)
            state.step += 1
            clock.count()
            if observe:
                once(self._log, read(scalars), clock)
            better = False
            if self.evaluator is not None and self._due(settings.eval_every, state.step):
                better, state.stopped_early = once(self._evaluate, self.evaluator)
                clock.pause()
            if self._due(settings.sample_every, state.step) or state.stopped_early is not None:
                once(self._sample)
                clock.pause()
            if better or self._due(settings.save_every, state.step):
                clock.pause()
                saved = once(self._save) or saved
                clock.pause()
        clock.pause()
        if saved != state.step and once(self._save) is None:
            raise TrainingFailedError(f"step {state.step} could not be saved in {self.checkpoints.folder}")

    def _look(self) -> None:
        """Record what the generator makes before it has learned anything; no candidate for the best."""
        self._sample()
        if self.evaluator is not None:
            self.recorder.metrics(self.state.step, self.evaluator.evaluate())

    def _sample(self) -> None:
        self.recorder.samples(self.state.step)

    def _due(self, every: int, step: int) -> bool:
        return step == self.settings.steps or (every > 0 and step % every == 0)

    def _log(self, values: dict[str, float], clock: Clock) -> None:
        values |= self._rates | {"time/images_per_second": clock.rate() * self._images}
        self.recorder.scalars(self.state.step, values)
        self._refuse_divergence([name for name, value in values.items() if not math.isfinite(value)])
        if self._watch is not None:
            self._tell(self._watch.logged(self.state.step, values))

    def _evaluate(self, evaluator: Evaluator) -> tuple[bool, str | None]:
        """Return whether the run is better than ever, and why it ends here, if it does."""
        values = evaluator.evaluate()
        better = evaluator.is_better(values, self.state.best)
        self.state.metrics = values
        if better:
            self.state.best, self.state.best_step = values, self.state.step
        self.state.since_best = 0 if better else self.state.since_best + 1
        self.recorder.metrics(self.state.step, values)
        if self._watch is not None:
            self._tell(self._watch.evaluated(self.state.step, values))
        return better, self._enough()

    def _tell(self, alarms: list[Alarm]) -> None:
        for alarm in alarms:
            self.state.alarms.append(asdict(alarm))
            self.recorder.alarm(alarm.step, alarm.kind, alarm.text)

    def _enough(self) -> str | None:
        """Return why the run ends here, if it was no better for as many evaluations as the settings allow."""
        state, patience = self.state, self.settings.patience
        enough = patience is not None and state.since_best >= patience
        return f"no better in {state.since_best} evaluations since step {state.best_step}" if enough else None

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


def asked_to_stop(stop: StopRequest) -> bool:
    """Return whether any of the ranks was asked to stop; at one step all hear the same.

    Of several it costs each step an exchange between their CPUs, 0.1 to 0.3 ms on one machine.
    """
    number = largest(stop.signal or 0)
    if number:
        stop.signal = number
    return number > 0


def read(scalars: dict[str, Tensor]) -> dict[str, float]:
    """Return scalars as floats, means over the ranks: the one place where the host waits for the device."""
    if not scalars:
        return {}
    values = torch.stack([value.float() for value in scalars.values()])
    ranks.average_([values])
    return dict(zip(scalars, values.tolist(), strict=True))
