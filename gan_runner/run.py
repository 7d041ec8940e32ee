"""One training run, from a composed config to its last line on the terminal."""

import contextlib
import logging
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from gan_runner import atomic, ranks
from gan_runner.build import Parts
from gan_runner.construct import construct
from gan_runner.errors import TrainingFailedError
from gan_runner.folder import discard_if_empty, exclusive, open_folder, require_writable
from gan_runner.pictures import draw_real, draw_views
from gan_runner.ready import Request as Request
from gan_runner.ready import make_ready, out_of_memory
from gan_runner.record import Record, shown
from gan_runner.reporting.jsonl import JsonLines
from gan_runner.reporting.progress import Progress, setup_logging
from gan_runner.reporting.recorder import RunRecorder
from gan_runner.reporting.runfile import describe_environment
from gan_runner.reporting.writer import Backend, Writer
from gan_runner.training.checkpoint import Checkpoints
from gan_runner.training.evaluator import Evaluator
from gan_runner.training.guard import NotFiniteError
from gan_runner.training.loop import Loop, Recorder
from gan_runner.training.parallel import tell
from gan_runner.training.rollback import roll_back
from gan_runner.training.sampler import Sampler, sampler_of
from gan_runner.training.seed import derive
from gan_runner.training.state import RunState
from gan_runner.training.stop import StopRequest

log = logging.getLogger(__name__)


def train(request: Request) -> float | None:
    """Train as requested and return the monitored metric, if there is one.

    Raises UsageError before anything is trained, TrainingFailedError once it is, and SystemExit with 130 or 143 after
    a signal, everything saved. Of several ranks, the others are told what to train by the first, and `follow`.
    """
    setup_logging(None)
    folder = request.folder
    try:
        require_writable(folder)
        with exclusive(folder):
            checkpoint = open_folder(folder, request.config["resume"], request.config)
            return _train(*tell((request, checkpoint)))
    finally:
        discard_if_empty(folder)


def follow() -> None:
    """Train along with the first rank, from its config and checkpoint, and write nothing.

    Raises as `train` does, but is silent where the first rank ends for a reason of its own: it says so itself.
    """
    setup_logging(None)
    logging.getLogger("gan_runner").setLevel(logging.WARNING)
    try:
        told: tuple[Request, dict[str, Any] | None] = tell(None)  # type: ignore[assignment]
    except ranks.LostError as error:
        raise SystemExit(0) from error
    _train(*told)


def _train(request: Request, checkpoint: dict[str, Any] | None) -> float | None:
    with ExitStack() as open_parts:
        ready = make_ready(request, checkpoint, open_parts)
        if ready is None:
            return None
        try:
            if ranks.rank() == 0:
                return Run(*ready, request).run()
            accompany(*ready, request.folder)
            return None
        except ranks.LostError as error:
            again = f"gan-train resume={shown(request.folder)}"
            raise TrainingFailedError(f"{error}; checkpoints already written are whole, go on with: {again}") from error


def accompany(parts: Parts, state: RunState, folder: Path) -> None:
    """Take the steps of a run that the first rank records; SystemExit, as there, after a signal."""
    settings = replace(parts.trainer, alarm=False)
    sampler = sampler_of(parts.game, parts.engine.average, derive(parts.run.seed, "samples"))
    evaluator = None if parts.metric is None else Evaluator(parts.metric, sampler)
    checkpoints = Checkpoints(folder / "checkpoints", settings.keep)
    nobody = cast(Recorder, None)  # whatever the loop asks of its recorder, it asks on the first rank alone
    with StopRequest() as stop:
        Loop(parts.engine, parts.stream, settings, state, nobody, checkpoints, evaluator, {}).run(stop)
    if stop.signal is not None and state.step < settings.steps:
        raise SystemExit(stop.exit_code)


class Run:
    """A run that has its parts and its folder: trains, and leaves an honest run.json behind."""

    def __init__(self, parts: Parts, state: RunState, request: Request) -> None:
        self.parts = parts
        self.request = request
        self.state = state
        self.folder = request.folder
        self.record = Record(request.folder, parts, request.choices)

    def run(self) -> float | None:
        """Train to the end and return the monitored metric."""
        self.writer = self._open_writer()  # first, because a wrong logger setting shows here
        try:
            self._keep_request()
            setup_logging(self.folder)
            log.info("%s", self.record.begin(self.state.step, self.request.command))
            with StopRequest() as stop:
                self._guarded(stop)
            if stop.signal is not None and self.state.step < self.parts.trainer.steps:
                self._end("interrupted")
                again = f"gan-train resume={shown(self.folder)}"
                log.info("stopped and saved at step %d; go on with: %s", self.state.step, again)
                stop.pass_on()
                raise SystemExit(stop.exit_code)
            metrics = {f"metric/{name}": value for name, value in self.state.metrics.items()}
            self.writer.hparams(self.record.hparams(), metrics)
        finally:
            self.writer.close()
        self._end("finished")
        log.info("%s", self.record.closing_line(self.state))
        metric = self.parts.metric
        return None if metric is None else self.state.metrics.get(metric.monitor)

    def _keep_request(self) -> None:
        """Write what was asked for into ``.hydra/``, from which the run can be gone on with."""
        for name, text in self.request.files.items():
            atomic.write_text(self.folder / ".hydra" / name, text)

    def _end(self, status: str, error: str | None = None) -> None:
        """Write how the run ended, and once more what it was if its folder was removed meanwhile."""
        if not (self.folder / ".hydra").exists():
            with contextlib.suppress(OSError):
                self.folder.mkdir(parents=True, exist_ok=True)
                self._keep_request()
        self.record.end(status, self.state, error)

    def _guarded(self, stop: StopRequest) -> None:
        """Train, and see to it that run.json says how it went if it goes wrong."""
        try:
            self._train(stop)
        except SystemExit:
            self._end("interrupted")
            raise
        except BaseException as error:
            failure = out_of_memory(error, self.request.config)
            if isinstance(error, OSError):
                failure = TrainingFailedError(f"{error.filename or self.folder}: {error.strerror or error}")
            self._end("failed", str(failure or error) or type(error).__name__)
            if failure is None:
                raise
            raise failure from error

    def _train(self, stop: StopRequest) -> None:
        parts = self.parts
        sampler = sampler_of(parts.game, parts.engine.average, derive(parts.run.seed, "samples"))
        evaluator = None if parts.metric is None else Evaluator(parts.metric, sampler)
        if evaluator is not None:
            with stop.at_once(), ranks.alone():  # there is nothing to save yet
                evaluator.prepare(parts.source, parts.device)
                log.info("%s", evaluator.announcement())
            self.record.judged_by(evaluator.metric)
        checkpoints = Checkpoints(self.folder / "checkpoints", parts.trainer.keep)
        checkpoints.rewind(self.state.step)
        while True:
            try:
                self._loop(sampler, evaluator, checkpoints, stop)
            except NotFiniteError as error:
                if parts.trainer.on_nonfinite != "rollback":
                    raise
                self.state = roll_back(error, checkpoints, parts.engine, parts.stream, self.state)
                self.writer.close()
                self.writer = self._open_writer()  # which cuts off what lies beyond the checkpoint
            else:
                return

    def _loop(self, sampler: Sampler, evaluator: Evaluator | None, checkpoints: Checkpoints, stop: StopRequest) -> None:
        parts, state, settings = self.parts, self.state, self.parts.trainer
        data = {"data": parts.source.fingerprint, "facts": parts.source.facts(), "ranks": ranks.size()}
        identity = {"config": self.request.config, **data, "environment": describe_environment()}
        with Progress(settings.steps, state.step) as progress:
            recorder = RunRecorder(
                self.folder,
                self.writer,
                progress,
                lambda: draw_views(parts.source, sampler, parts.game.scorer()),
                parts.metric.describe if parts.metric else str,
            )
            recorder.real(draw_real(parts.source))
            Loop(parts.engine, parts.stream, settings, state, recorder, checkpoints, evaluator, identity).run(stop)

    def _open_writer(self) -> Writer:
        step = self.state.step
        nodes = self.request.config["logger"].items()
        told = {"folder": self.folder, "start_step": step}
        extra = [construct(node, f"logger.{name}", Backend, **told) for name, node in nodes]
        writer = Writer([JsonLines(self.folder, step), *extra])
        if step == 0:
            writer.text(0, "config", f"```yaml\n{self.request.files['config.yaml']}\n```")
        return writer
