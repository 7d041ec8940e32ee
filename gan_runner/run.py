"""One training run, from a composed config to its last line on the terminal."""

import logging
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gan_runner import atomic
from gan_runner.build import Parts, assemble, design
from gan_runner.construct import construct
from gan_runner.data.source import Source
from gan_runner.errors import TrainingFailedError, UsageError
from gan_runner.folder import discard_if_empty, exclusive, open_folder, require_writable
from gan_runner.pictures import draw_real, draw_views
from gan_runner.record import Record, describe, shown
from gan_runner.reporting.counter import Counter
from gan_runner.reporting.jsonl import JsonLines
from gan_runner.reporting.progress import Progress, setup_logging
from gan_runner.reporting.recorder import RunRecorder
from gan_runner.reporting.runfile import describe_environment
from gan_runner.reporting.writer import Writer
from gan_runner.training.checkpoint import Checkpoints
from gan_runner.training.evaluator import Evaluator
from gan_runner.training.loop import Loop
from gan_runner.training.sampler import sampler_of
from gan_runner.training.seed import derive
from gan_runner.training.state import RunState, restore
from gan_runner.training.stop import StopRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """What the command line asked for.

    ``config`` is the composed config in plain containers, ``choices`` the group choices in it, ``files`` what belongs
    into ``.hydra/`` by name, ``folder`` the run's folder, ``command`` the line as it was typed.
    """

    config: dict[str, Any]
    choices: Mapping[str, str]
    files: Mapping[str, str]
    folder: Path
    command: str


def train(request: Request) -> float | None:
    """Train as requested and return the monitored metric, if there is one.

    Raises UsageError before anything is trained, TrainingFailedError once it is, and SystemExit with 130 or 143 after
    a signal, everything saved.
    """
    setup_logging(None)
    folder = request.folder
    try:
        require_writable(folder)
        with exclusive(folder):
            return _train(request)
    finally:
        discard_if_empty(folder)


def _train(request: Request) -> float | None:
    config = request.config
    checkpoint = open_folder(request.folder, config["resume"], config)
    if checkpoint is not None:  # another thread count would change the last bits
        config = {**config, "threads": config["threads"] or checkpoint["threads"]}
    with ExitStack() as open_parts:
        try:
            made = design(config)
            if made.run.dry_run and not isinstance(made.data, Source):
                seen = "all is well but for the pictures, not decoded yet"
                log.info("dry run, %s: %s", seen, describe(made, made.outline, request.choices))
                return None
            with Counter() as counter:
                parts = assemble(config, made, counter)
            open_parts.callback(parts.stream.close)
            state = RunState() if checkpoint is None else resume(checkpoint, parts)
        except (RuntimeError, MemoryError) as error:
            failure = out_of_memory(error, config)
            if failure is None:
                raise
            raise failure from error
        if parts.run.dry_run:
            log.info("dry run, all is well: %s", describe(parts, parts.source, request.choices))
            return None
        return Run(parts, request, state).run()


def resume(checkpoint: Mapping[str, Any], parts: Parts) -> RunState:
    """Put the parts where the checkpoint left them; UsageError if the data are not the same."""
    if checkpoint["data"] != parts.source.fingerprint:
        raise UsageError(
            f"resume: the data of {parts.source.name} are not those the run was trained on (their fingerprints "
            "differ); restore the data, or start a new run"
        )
    return restore(dict(checkpoint), parts.engine, parts.stream)


def out_of_memory(error: BaseException, config: Mapping[str, Any]) -> TrainingFailedError | None:
    """Return one sentence on a lack of memory, on the device or the CPU, or None if ``error`` is something else."""
    if not isinstance(error, torch.OutOfMemoryError | MemoryError) and "can't allocate memory" not in str(error):
        return None
    return TrainingFailedError(
        f"out of memory with trainer.batch_size={config['trainer']['batch_size']}; use a smaller one, or a narrower "
        f"arch ({' '.join(str(error).split())[:200]})"
    )


class Run:
    """A run that has its parts and its folder: trains, and leaves an honest run.json behind."""

    def __init__(self, parts: Parts, request: Request, state: RunState) -> None:
        self.parts = parts
        self.request = request
        self.state = state
        self.folder = request.folder
        self.record = Record(request.folder, parts, request.choices)

    def run(self) -> float | None:
        """Train to the end and return the monitored metric."""
        writer = self._open_writer()  # first, because a wrong logger setting shows here
        try:
            for name, text in self.request.files.items():
                atomic.write_text(self.folder / ".hydra" / name, text)
            setup_logging(self.folder)
            log.info("%s", self.record.begin(self.state.step, self.request.command))
            with StopRequest() as stop:
                self._guarded(writer, stop)
            if stop.signal is not None and self.state.step < self.parts.trainer.steps:
                self.record.end("interrupted", self.state)
                again = f"gan-train resume={shown(self.folder)}"
                log.info("stopped and saved at step %d; go on with: %s", self.state.step, again)
                stop.pass_on()
                raise SystemExit(stop.exit_code)
            metrics = {f"metric/{name}": value for name, value in self.state.metrics.items()}
            writer.hparams(self.record.hparams(), metrics)
        finally:
            writer.close()
        self.record.end("finished", self.state)
        log.info("%s", self.record.closing_line(self.state))
        metric = self.parts.metric
        return None if metric is None else self.state.metrics.get(metric.monitor)

    def _guarded(self, writer: Writer, stop: StopRequest) -> None:
        """Train, and see to it that run.json says how it went if it goes wrong."""
        try:
            self._train(writer, stop)
        except SystemExit:
            self.record.end("interrupted", self.state)
            raise
        except BaseException as error:
            failure = out_of_memory(error, self.request.config)
            if isinstance(error, OSError):
                failure = TrainingFailedError(f"{error.filename or self.folder}: {error.strerror or error}")
            self.record.end("failed", self.state, str(failure or error) or type(error).__name__)
            if failure is None:
                raise
            raise failure from error

    def _train(self, writer: Writer, stop: StopRequest) -> None:
        parts, state = self.parts, self.state
        sampler = sampler_of(parts.game, parts.engine.average, derive(parts.run.seed, "samples"))
        evaluator = None if parts.metric is None else Evaluator(parts.metric, sampler)
        if evaluator is not None:
            with stop.at_once():  # there is nothing to save yet
                evaluator.prepare(parts.source, parts.device)
                log.info("%s", evaluator.announcement())
            self.record.judged_by(evaluator.metric)
        checkpoints = Checkpoints(self.folder / "checkpoints", parts.trainer.keep)
        checkpoints.rewind(state.step)
        environment = describe_environment()
        data = {"data": parts.source.fingerprint, "facts": parts.source.facts()}
        identity = {"config": self.request.config, **data, "environment": environment}
        with Progress(parts.trainer.steps, state.step) as progress:
            recorder = RunRecorder(
                self.folder,
                writer,
                progress,
                lambda: draw_views(parts.source, sampler, parts.game.scorer()),
                parts.metric.describe if parts.metric else str,
            )
            recorder.real(draw_real(parts.source))
            settings = parts.trainer
            Loop(parts.engine, parts.stream, settings, state, recorder, checkpoints, evaluator, identity).run(stop)

    def _open_writer(self) -> Writer:
        step = self.state.step
        nodes = self.request.config["logger"].items()
        extra = [construct(node, f"logger.{name}", folder=self.folder, start_step=step) for name, node in nodes]
        writer = Writer([JsonLines(self.folder, step), *extra])
        if step == 0:
            writer.text(0, "config", f"```yaml\n{self.request.files['config.yaml']}\n```")
        return writer
