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
from gan_runner.training.guard import NotFiniteError
from gan_runner.training.parallel import asked_to_stop, once
from gan_runner.training.saver import Saver
from gan_runner.training.settings import TrainerSettings
from gan_runner.training.state import RunState, capture, is_finite
from gan_runner.training.stop import StopRequest

log = logging.getLogger(__name__)

TOLD = "step %d: updates of the %s passed over so far, loss or gradient not finite: %d"


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
        self._told: dict[str, int] = {}
        self._at = state.step
        self._images = settings.batch_size * engine.batches_per_step
        self._rates = {f"lr/{side}": rate for side, rate in engine.rates().items()}

    def run(self, stop: StopRequest) -> None:
        """Train; on a stop request finish the step, save, and return.

        Raises NotFiniteError on divergence and TrainingFailedError if the last checkpoint could not be written.
        """
        with Saver(self.checkpoints, self.state.step) as saver:
            try:
                self._run(stop, saver)
            except NotFiniteError as error:
                saver.finish()
                raise NotFiniteError(self._last_words(str(error))) from error

    def _run(self, stop: StopRequest, saver: Saver) -> None:
        state, settings = self.state, self.settings
        clock = Clock(state)
        if state.step == 0 and settings.at_start:
            with clock.aside():
                once(self._look)
        state.stopped_early = self._enough()
        while state.step < settings.steps and not asked_to_stop(stop) and state.stopped_early is None:
            observe = self._due(settings.log_every, state.step + 1)
            self._at = state.step + 1
            scalars = self.engine.step(self.stream, observe)
            state.step += 1
            clock.count()
            if observe:
                values = read(scalars)  # waits for the device, so it is part of the steps' time
                values |= {"time/images_per_second": clock.rate() * self._images, "time/overhead": clock.overhead()}
                with clock.aside():
                    once(self._log, values)
            better = False
            if self.evaluator is not None and self._due(settings.eval_every, state.step):
                with clock.aside():
                    better, state.stopped_early = once(self._evaluate, self.evaluator)
            if self._due(settings.sample_every, state.step) or state.stopped_early is not None:
                with clock.aside():
                    once(self._sample)
            if better or self._due(settings.save_every, state.step):
                with clock.aside():
                    once(self._save, saver)
        clock.stop()
        once(self._save_last, saver)

    def _look(self) -> None:
        """Record what the generator makes before it has learned anything; no candidate for the best."""
        self._sample()
        if self.evaluator is not None:
            self.recorder.metrics(self.state.step, self.evaluator.evaluate())

    def _sample(self) -> None:
        self.recorder.samples(self.state.step)

    def _due(self, every: int, step: int) -> bool:
        return step == self.settings.steps or (every > 0 and step % every == 0)

    def _log(self, values: dict[str, float]) -> None:
        values |= self._rates
        self.recorder.scalars(self.state.step, values)
        self._check([name for name, value in values.items() if not math.isfinite(value)])
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

    def _save(self, saver: Saver) -> None:
        """Begin to write a checkpoint, once the one before is on the disk: what is kept is finite."""
        self.engine.guard.told()
        if not is_finite(self.engine):
            raise NotFiniteError("a weight")
        saver.finish()
        self.recorder.flush()
        saver.begin(
            self.state.step, capture(self.engine, self.stream, self.state) | self.identity, self.state.best_step
        )

    def _save_last(self, saver: Saver) -> None:
        saver.finish()
        if saver.saved != self.state.step:
            self._save(saver)
            saver.finish()
        if saver.saved != self.state.step:
            raise TrainingFailedError(f"step {self.state.step} could not be saved in {self.checkpoints.folder}")

    def _check(self, not_finite: list[str]) -> None:
        """Tell what was passed over since this was asked last; NotFiniteError if nothing may be."""
        told = self.engine.guard.told()
        for player, count in told.items():
            if count > self._told.get(player, 0):
                log.warning(TOLD, self.state.step, player, count)
        self._told = told
        if not_finite and self.settings.on_nonfinite != "skip":
            raise NotFiniteError(", ".join(not_finite))

    def _last_words(self, what: str) -> str:
        kept = self.checkpoints.numbered()
        back = f"the last good checkpoint is {kept[-1]}" if kept else "no checkpoint was written yet"
        return (
            f"diverged: {what} not finite at step {self._at}; {back}; try a smaller optim.lr, another reg, or "
            "precision=fp32"
        )


def read(scalars: dict[str, Tensor]) -> dict[str, float]:
    """Return scalars as floats, means over the ranks: the one place where the host waits for the device."""
    if not scalars:
        return {}
    values = torch.stack([value.float() for value in scalars.values()])
    ranks.average_([values])
    return dict(zip(scalars, values.tolist(), strict=True))
