"""``sweep.json``: which jobs a sweep has, and where."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gan_runner import atomic, lock
from gan_runner.errors import UsageError
from gan_runner.record import now
from gan_runner.reporting import strict_json

FILE_NAME = "sweep.json"


@dataclass
class Ledger:
    """The ``sweep.json`` of ``folder``: identity and keys of the sweep, its first command, and a record a job.

    A job's record has its number, its digest, its folder's name, its overrides, its threads and where its data lay.
    """

    folder: Path
    identity: str
    keys: list[str]
    command: str
    started: str = field(default_factory=now)
    jobs: list[dict[str, Any]] = field(default_factory=list)

    def find(self, digest: str) -> dict[str, Any] | None:
        """Return the record of the job with that digest."""
        return next((job for job in self.jobs if job["digest"] == digest), None)

    def free_number(self) -> int:
        """Return the number of the next job that joins."""
        return max((job["number"] for job in self.jobs), default=-1) + 1

    def write(self) -> None:
        """Write the file at once."""
        fields = {name: value for name, value in vars(self).items() if name != "folder"}
        atomic.write_text(self.folder / FILE_NAME, strict_json.dumps(fields, indent=1) + "\n")


def read(folder: Path) -> Ledger | None:
    """Return the ledger of the sweep in ``folder``, or None if there is no ``sweep.json``.

    Raises: UsageError if it is damaged.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return None
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        ledger = Ledger(folder, **fields)
        words = [ledger.identity, ledger.command, ledger.started, *ledger.keys]
        well = all(_is_record(job) for job in ledger.jobs) and all(isinstance(word, str) for word in words)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise UsageError(f"{path} is damaged ({error}); set it right, or use another sweep.dir") from error
    if not well:
        raise UsageError(f"{path} is damaged (not what a sweep writes); set it right, or use another sweep.dir")
    return ledger


def _is_record(job: object) -> bool:
    kinds = {"number": int, "digest": str, "folder": str, "overrides": list, "threads": int}
    return isinstance(job, Mapping) and all(isinstance(job.get(key), kind) for key, kind in kinds.items())


def place(given: Path, named: bool, identity: str) -> Path:
    """Return the folder of the sweep: ``given`` if it was ``named``, else where the same sweep lies, else ``given``.

    Of several of the same identity beside ``given`` the one begun last counts. Raises UsageError if the folder holds
    another sweep, or anything else.
    """
    if not named:
        return _latest(given.parent, identity) or given
    ledger = read(given)
    if ledger is not None and ledger.identity != identity:
        raise UsageError(
            f"{given} holds a sweep of another configuration (over {', '.join(ledger.keys) or 'nothing'}; begun with: "
            f"{ledger.command}); nothing was touched; use another name= or sweep.dir="
        )
    if ledger is None and given.exists() and not (given.is_dir() and _is_empty(given)):
        raise UsageError(f"{given} is there and holds no sweep; nothing was touched; use another name= or sweep.dir=")
    return given


def _latest(parent: Path, identity: str) -> Path | None:
    found: list[tuple[str, Path]] = []
    for path in sorted(parent.glob(f"*/{FILE_NAME}")):
        with contextlib.suppress(UsageError):  # a damaged one is no business of this sweep
            ledger = read(path.parent)
            if ledger is not None and ledger.identity == identity:
                found.append((ledger.started, path.parent))
    return max(found)[1] if found else None


def _is_empty(folder: Path) -> bool:
    return all(path.name == "multirun.yaml" for path in folder.iterdir())  # Hydra's own sweeper writes that first


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Make ``folder`` and hold it for this process alone.

    Raises: UsageError if another command runs this sweep, or the folder cannot be made.
    """
    with contextlib.ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(lock.hold(folder))
        except BlockingIOError as error:
            raise UsageError(
                f"{folder}: another gan-train -m runs this sweep; wait for it or stop it, or use another name="
            ) from error
        except OSError as error:
            raise UsageError(f"sweep folder {folder} cannot be written: {error.strerror or error}") from error
        yield
