"""A run's folder: may this run write into it, and from where does it go on."""

import contextlib
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from omegaconf import OmegaConf

from gan_runner import lock
from gan_runner.errors import UsageError
from gan_runner.incidental import INCIDENTAL, LOOKING, covered, is_interval, is_path
from gan_runner.reporting.kept import FOLDER as KEPT
from gan_runner.reporting.kept import read_kept
from gan_runner.reporting.runfile import RunFile
from gan_runner.training.checkpoint import Checkpoints, contents_of, load, newest

log = logging.getLogger(__name__)

FREE = (*INCIDENTAL, *LOOKING, "trainer.steps", "trainer.patience", "trainer.sync_batch_norm")
"""What may differ between a run and its continuation; besides, how often it looks up (``trainer.*_every``)."""


def open_folder(folder: Path, resume: str | None, config: Mapping[str, Any]) -> dict[str, Any] | None:
    """Make sure that ``folder`` is this run's and return the checkpoint to go on from, or None to start at step 0.

    Without ``resume`` the folder must hold no run; with ``auto`` or the run's folder the newest whole checkpoint
    counts, with a file exactly that one. Raises UsageError if the folder holds another run, was trained with other
    settings, or has checkpoints of which none can be read.
    """
    record = RunFile.read(folder)
    numbered = Checkpoints(folder / "checkpoints", 1).numbered()
    if resume is None:
        if record is not None or numbered:
            status = (record or {}).get("status", "unknown")
            raise UsageError(
                f"{folder} holds a run already (status {status}); nothing was overwritten; use resume={folder} to go "
                "on with it, or another hydra.run.dir"
            )
        return None
    file = Path(resume) if resume != "auto" and Path(resume).is_file() else None
    if file is not None or numbered:
        checkpoint = newest(numbered)[1] if file is None else load(file)
        with contents_of(file or numbered[0].parent):
            refuse_other_settings(checkpoint["config"], config)
        return checkpoint
    if (
        record is not None and (folder / KEPT / "config.yaml").is_file()
    ):  # ended before its first checkpoint: the same run may start again
        before = OmegaConf.to_container(OmegaConf.create(read_kept(folder, "config", dict)), resolve=True)
        refuse_other_settings(cast(dict[str, Any], before), config)
        log.warning("%s holds no checkpoint yet; starting at step 0", folder)
    return None


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this process alone; UsageError if another one trains in it."""
    RunFile.settled(folder)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(lock.hold(folder))
        except BlockingIOError as error:
            pid = (RunFile.read(folder) or {}).get("pid", "not known yet")
            raise UsageError(f"{folder} is in use by another process (pid {pid}); wait for it, or stop it") from error
        yield


def refuse_other_settings(then: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise UsageError if a setting that shapes the result differs between the run's config and the present one."""
    old, new = dict(flatten(then)), dict(flatten(now))
    changed = [
        f"{key} was {old.get(key)} and is {new.get(key)}"
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key) and not _is_free(key, old.get(key))
    ]
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        raise UsageError(
            f"resume: {'; '.join(changed[:3])}{more}; a run goes on with its own settings (allowed to change: "
            f"{', '.join(FREE)}, trainer.*_every, where the data lie); leave the others out, or start a new run"
        )


def flatten(config: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every leaf of nested mappings as (dotted key, value)."""
    if isinstance(config, Mapping):
        for key, value in config.items():
            yield from flatten(value, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, list(config) if isinstance(config, tuple) else config


def require_writable(folder: Path) -> None:
    """Make ``folder`` and prove that a file can be written there, or raise UsageError."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"output folder {folder} cannot be written: {error.strerror or error}; set hydra.run.dir to another"
        ) from error


def discard_if_empty(folder: Path) -> None:
    """Remove ``folder``, and the one above it, if they are empty: a run that never began leaves nothing behind."""
    with contextlib.suppress(OSError):
        folder.rmdir()
        folder.parent.rmdir()


def _is_free(key: str, value: Any) -> bool:
    return covered(key, FREE) or is_interval(key) or is_path(key, value)
