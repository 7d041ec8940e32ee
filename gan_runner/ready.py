"""From what the command line asked for to a run that is ready for its first step, the same on every rank."""

import contextlib
import logging
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gan_runner import ranks
from gan_runner.build import Parts, assemble, design
from gan_runner.data.source import Source
from gan_runner.errors import TrainingFailedError, UsageError
from gan_runner.record import describe
from gan_runner.reporting.counter import Counter
from gan_runner.reporting.runfile import RunFile
from gan_runner.training.checkpoint import contents_of
from gan_runner.training.device import TORCH_THREADS
from gan_runner.training.guard import NotFiniteError
from gan_runner.training.parallel import tell, together
from gan_runner.training.seed import equalise_rng
from gan_runner.training.state import RunState, capture, restore
from gan_runner.training.threads import choose_threads

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


def make_ready(
    request: Request, checkpoint: dict[str, Any] | None, open_parts: ExitStack
) -> tuple[Parts, RunState] | None:
    """Return the parts of the run and where it stands, alike on all ranks; None if nothing is to be trained.

    What is to be closed in the end is put on ``open_parts``.
    """
    config = request.config
    begun = RunFile.read(request.folder) if checkpoint is None else checkpoint
    if config["threads"] is None and begun is not None and begun.get("ranks", 1) == ranks.size():
        config = {**config, "threads": begun.get("threads")}  # another number changes the last bits
    try:
        with together():
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
    equalise(parts)
    if config["threads"] is None and parts.device.type == "cpu" and ranks.size() == 1:
        settle_threads(parts, TORCH_THREADS)
    return parts, state


def settle_threads(parts: Parts, most: int) -> None:
    """Let trial steps decide between ``most`` threads and one, and put everything back as it was."""
    before = capture(parts.engine, parts.stream, RunState())
    with contextlib.suppress(NotFiniteError):  # training will say so itself
        choose_threads(lambda: parts.engine.step(parts.stream), most)
    restore(before, parts.engine, parts.stream)


def equalise(parts: Parts) -> None:
    """Let all ranks start alike: the same weights and random states, on the same data (else UsageError)."""
    fingerprint = tell(parts.source.fingerprint)
    with together():
        if parts.source.fingerprint != fingerprint:
            raise UsageError(
                f"rank {ranks.rank()}: its data of {parts.source.name} are not those of rank 0 (their fingerprints "
                "differ); give every machine the same data"
            )
    ranks.equalise_([*parts.game.networks.parameters(), *parts.game.networks.buffers()])
    equalise_rng(parts.device)


def resume(checkpoint: Mapping[str, Any], parts: Parts) -> RunState:
    """Put the parts where the checkpoint left them; UsageError if the data are not the same."""
    if checkpoint.get("data") != parts.source.fingerprint:
        raise UsageError(
            f"resume: the data of {parts.source.name} are not those the run was trained on (their fingerprints "
            "differ); restore the data, or start a new run"
        )
    with contents_of("to go on from"):
        return restore(dict(checkpoint), parts.engine, parts.stream)


def out_of_memory(error: BaseException, config: Mapping[str, Any]) -> TrainingFailedError | None:
    """Return one sentence on a lack of memory, on the device or the CPU, or None if ``error`` is something else."""
    if not isinstance(error, torch.OutOfMemoryError | MemoryError) and "can't allocate memory" not in str(error):
        return None
    return TrainingFailedError(
        f"out of memory with trainer.batch_size={config['trainer']['batch_size']}; use a smaller one, or a narrower "
        f"arch ({' '.join(str(error).split())[:200]})"
    )
