"""``run.json``: what a run is, how far it got and how it ended, for people and for the tools that read run folders."""

import json
import logging
import platform
import socket
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from gan_runner import atomic
from gan_runner.reporting import strict_json

log = logging.getLogger(__name__)

FILE_NAME = "run.json"
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
            atomic.write_text(self._path, strict_json.dumps(self.fields, indent=2) + "\n")
        except OSError as error:
            log.warning("cannot write %s: %s", self._path, error)

    @staticmethod
    def read(folder: Path) -> dict[str, Any] | None:
        """Return the fields of the run in ``folder``, or None if the file is missing or damaged."""
        try:
            fields = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return fields if isinstance(fields, dict) else None


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
