"""``run.json``: what a run is, how far it got and how it ended, for people and for the tools that read run folders."""

import contextlib
import json
import logging
import platform
import socket
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from gan_runner import atomic, lock
from gan_runner.reporting import strict_json
from gan_runner.reporting.jsonl import FILE_NAME as METRICS
from gan_runner.reporting.jsonl import read_metrics

log = logging.getLogger(__name__)

FILE_NAME = "run.json"
KILLED = "killed: its process ended without a word"
PACKAGES = ("gan-runner", "torch", "torchvision", "hydra-core", "numpy")


class RunFile:
    """The ``run.json`` of a run folder; what an earlier process of the same run wrote is kept."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self.fields = self.read(folder) or {}

    def update(self, **fields: Any) -> None:
        """Merge ``fields`` into the file. If it cannot be written, warn and go on: the next update tries again."""
        self.fields.update(fields)
        try:
            self._write()
        except OSError as error:
            log.warning("cannot write %s: %s", self._path, error)

    def _write(self) -> None:
        atomic.write_text(self._path, strict_json.dumps(self.fields, indent=2) + "\n")

    @classmethod
    def settled(cls, folder: Path) -> dict[str, Any] | None:
        """Return the fields as `read` does, after marking a run whose process was killed as interrupted.

        Its process could not say so itself. That it is gone is known from its lock on the folder, on its own host. In
        a folder that cannot be written the mark is not kept.
        """
        fields = cls.read(folder)
        if fields is None or fields.get("status") != "running" or _is_trained(folder, fields):
            return fields
        run = cls(folder)
        run.fields |= {"status": "interrupted", "error": KILLED, "step": _last_step(folder, run.fields.get("step"))}
        with contextlib.suppress(OSError):
            run._write()
        return run.fields

    @staticmethod
    def read(folder: Path) -> dict[str, Any] | None:
        """Return the fields of the run in ``folder``, or None if the file is missing or damaged."""
        try:
            fields = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        return fields if isinstance(fields, dict) else None


def _is_trained(folder: Path, fields: dict[str, Any]) -> bool:
    if fields.get("host") != socket.gethostname() or not lock.KNOWN:
        return True  # as far as can be seen from here
    try:
        with lock.hold(folder):
            return False
    except OSError:
        return True


def _last_step(folder: Path, begun: Any) -> Any:
    """Return the last step that the run's numbers tell of."""
    with contextlib.suppress(OSError):
        rows = read_metrics(folder / METRICS)
        return rows[-1]["step"] if rows else begun
    return begun


def describe_environment() -> dict[str, Any]:
    """Return what else decided the result: versions, platform, host, git commit and command line.

    ``git_commit`` is that of the current folder's repository, with ``-dirty`` appended if tracked files differ from
    it, or None where there is no repository.
    """
    return {
        "git_commit": _git_commit(),
        "host": socket.gethostname(),
        "platform": platform.platform(),
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES},
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _git_commit() -> str | None:
    command = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None
