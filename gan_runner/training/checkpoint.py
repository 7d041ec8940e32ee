"""A checkpoint is one file with everything in it, written so that a crash at any moment leaves the one before whole."""

import contextlib
import hashlib
import io
import logging
import os
import shutil
import time
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch

from gan_runner.atomic import replacing, write_all
from gan_runner.errors import UsageError
from gan_runner.training.sealed import SealedFile

log = logging.getLogger(__name__)

FORMAT = 1
"""Raised when a checkpoint's layout changes in a way that older code cannot read."""


def save(path: Path, state: dict[str, Any]) -> None:
    """Write ``state`` to ``path`` with its SHA-256 beside it; an interrupted write leaves the old file whole.

    The digest goes first: a crash between the two leaves a digest without its file, which nobody reads (a run never
    writes the same number twice). If a power cut costs the digest, the archive's own sums serve. Raises OSError if the
    disk refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        with SealedFile(file) as sealed:
            torch.save({"format": FORMAT, **state}, sealed)  # type: ignore[arg-type]
            digest = sealed.digest()
        with replacing(digest_path(path), durable=False) as beside:
            write_all(beside, f"{digest}  {path.name}\n".encode())


def load(path: Path) -> dict[str, Any]:
    """Read a checkpoint onto the CPU; UsageError, naming the file and the cause, if it is not one or is damaged.

    Only tensors and plain values are read (``weights_only``): a file from a stranger cannot run code. They are let out
    only if the file's digest is right; without a digest the archive's own sums must be.
    """
    target = path.resolve()  # last.pt and best.pt are links, and may be pointed elsewhere while we read
    recorded = _recorded_digest(target)
    try:
        data = target.read_bytes()  # once: what is parsed is what is hashed
    except OSError as error:
        raise UsageError(f"checkpoint {path} cannot be read: {error.strerror or error}") from error
    with ThreadPoolExecutor(1, thread_name_prefix="digest") as thread:
        digest = thread.submit(hashlib.sha256, data) if recorded else None
        time.sleep(1e-4)  # hashing has begun, and needs Python's lock no more; unpickling holds it for milliseconds
        problem = _broken_archive(data, sums=recorded is None)
        state: Any = None
        if problem is None:
            try:
                state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
            except Exception as error:  # torch raises many kinds for one cause
                problem = str(error).splitlines()[0] if str(error) else type(error).__name__
    if digest is not None and digest.result().hexdigest() != recorded:
        problem = "its bytes do not match its digest"
    elif problem is None and not (
        isinstance(state, dict) and type(state.get("format")) is int and state["format"] == FORMAT
    ):
        problem = "it is not a checkpoint of this version of gan_runner"
    if problem is not None:
        raise UsageError(f"checkpoint {path} is of no use: {problem}; use an older one from the same folder")
    loaded: dict[str, Any] = state
    return loaded


def newest(numbered: Sequence[Path]) -> tuple[Path, dict[str, Any]]:
    """Return the newest checkpoint that is whole and what it holds, warning of each damaged one passed over.

    Raises UsageError if none can be read.
    """
    for path in reversed(numbered):
        try:
            return path, load(path)
        except UsageError as error:
            log.warning("%s", error)
    raise UsageError(f"{numbered[0].parent}: none of its {len(numbered)} checkpoints can be read; start a new run")


@contextlib.contextmanager
def contents_of(path: str | Path) -> Iterator[None]:
    """Tell what goes wrong inside, over the contents of a checkpoint that could be read, as one UsageError."""
    try:
        yield
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RuntimeError) as error:
        if isinstance(error, torch.OutOfMemoryError):
            raise
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise UsageError(f"checkpoint {path} holds what no run saves ({reason}); use another") from error


def digest_path(path: Path) -> Path:
    """Return where the digest of the checkpoint at ``path`` stands; last.pt and best.pt are links to numbered files."""
    target = path.resolve()
    return target.with_name(f"{target.name}.sha256")


def _recorded_digest(target: Path) -> str | None:
    try:
        words = digest_path(target).read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        return None
    return words[0] if words else None


def _broken_archive(data: bytes, sums: bool) -> str | None:
    """Return why the archive may not be read, or None; with ``sums`` its own sums must be right, too.

    torch.save never compresses. So what is packed, or claims more than the file's own bytes, is refused unread: a few
    kilobytes of it can stand for any number of them.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if any(member.compress_type != zipfile.ZIP_STORED for member in members):
                return "it is compressed"
            if sum(member.file_size for member in members) > len(data):
                return "it claims to hold more than its bytes"
            broken = archive.testzip() if sums else None
    except Exception as error:  # one flipped bit makes zipfile raise any of a dozen kinds
        return f"it is damaged ({error})"
    return None if broken is None else f"it is damaged in {broken}"


class Checkpoints:
    """The numbered checkpoints of one run, with ``last.pt`` and ``best.pt`` as links to two of them."""

    def __init__(self, folder: Path, keep: int) -> None:
        self.folder = folder
        self.keep = keep

    def save(self, step: int, state: dict[str, Any], best_step: int | None = None) -> Path:
        """Write the checkpoint of ``step``, point the links, and only then delete what is older than ``keep``.

        ``best.pt`` is pointed at the checkpoint of ``best_step``, if there is one; that is never deleted.
        """
        path = self.folder / f"{step:06d}.pt"
        save(path, state)
        self._point("last.pt", path)
        best = None if best_step is None else self.folder / f"{best_step:06d}.pt"
        if best is not None and best.exists():
            self._point("best.pt", best)
        for old in self.numbered()[: -self.keep]:
            if best is None or old.name != best.name:
                old.unlink(missing_ok=True)
                digest_path(old).unlink(missing_ok=True)
        return path

    def rewind(self, step: int) -> None:
        """Make ``step`` the newest checkpoint: later ones, of a path not gone on with, are set aside, not deleted.

        Also clears away what a killed process was in the middle of writing. Only the run's own process may call it.
        """
        for path in self.numbered():
            if int(path.stem) > step:
                path.replace(path.with_name(f"{path.name}.set-aside"))
                digest_path(path).unlink(missing_ok=True)
        digests = [path for path in self.folder.glob("*.pt.sha256") if not path.with_suffix("").exists()]
        for leftover in [*self.folder.glob(".*.tmp-*"), *digests]:
            leftover.unlink(missing_ok=True)

    def numbered(self) -> list[Path]:
        """Return the numbered checkpoints, oldest first."""
        found = [path for path in self.folder.glob("*.pt") if path.stem.isdigit() and not path.is_symlink()]
        return sorted((path.resolve() for path in found), key=lambda path: int(path.stem))

    def _point(self, link: str, target: Path) -> None:
        temporary = self.folder / f".{link}.tmp-{os.getpid()}"
        temporary.unlink(missing_ok=True)
        try:
            temporary.symlink_to(target.name)
        except OSError:  # some file systems, and Windows without the right to it, have no links
            shutil.copyfile(target, temporary)
        os.replace(temporary, self.folder / link)
