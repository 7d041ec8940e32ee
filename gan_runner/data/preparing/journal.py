"""Arrays that grow piece by piece and a journal of the pieces, so that a kill at any moment costs a second's work."""

import contextlib
import hashlib
import json
import math
import os
import time
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from gan_runner import atomic
from gan_runner.data.encoded.base import Broken, Piece
from gan_runner.data.preparing.store import HEADER, LABELS, MANIFEST, SAMPLES, npy_header
from gan_runner.data.preparing.workers import Decoded, Sizes
from gan_runner.errors import UsageError

JOURNAL = "journal.jsonl"
SECONDS = 1.0
"""Between two visits to the disk: syncing each piece would cost more than decoding it where pictures are small."""
LABEL_BYTES = 4


class Growing:
    """The unfinished form of a prepared set: ``samples.npy.part``, ``labels.part`` and the journal.

    A piece counts once its journal line is on the disk, and that is written only after its pixels and labels are.
    Opening cuts the files back to what the journal vouches for. ``head`` describes what is being made; a folder where
    something else was begun shows by its ``head`` being another.
    """

    def __init__(self, folder: Path, head: dict[str, Any], row: tuple[int, ...]) -> None:
        self._folder = folder
        self._row = row
        self._row_bytes = math.prod(row)
        self.last: Piece | None = None
        self.rows = 0
        self.broken: list[Broken] = []
        self.sizes: Sizes = Sizes()
        self._pending: list[str] = []
        self._syncer = ThreadPoolExecutor(1, thread_name_prefix="sync")  # the disk takes its time; decoding goes on
        self._syncing: Future[None] | None = None
        self._synced = time.monotonic()
        _refuse_foreign(folder, head)
        self._journal = (folder / JOURNAL).open("a+b")
        if (folder / SAMPLES).exists():  # killed between renaming and the manifest
            os.replace(folder / SAMPLES, self._part)
        self._samples = self._part.open("a+b", buffering=0)
        self._labels = (folder / "labels.part").open("a+b", buffering=0)
        self._digest = hashlib.sha256()
        self._restore(head)

    @property
    def _part(self) -> Path:
        return self._folder / f"{SAMPLES}.part"

    def append(self, decoded: Decoded) -> None:
        """Add a piece."""
        pixels, labels = decoded.pixels.reshape(-1).data, decoded.labels.data  # no copies: the cores are busy
        _write(self._samples, pixels)
        _write(self._labels, labels)
        self._digest.update(pixels)
        line = {
            "piece": asdict(decoded.piece),
            "rows": len(decoded.labels),
            "crc32": zlib.crc32(labels, zlib.crc32(pixels)),
            "broken": [asdict(broken) for broken in decoded.broken],
            "sizes": [[*size, count] for size, count in decoded.sizes.items()],
        }
        self._pending.append(json.dumps(line))
        self._take_over(decoded.piece, line)
        if time.monotonic() - self._synced > SECONDS and (self._syncing is None or self._syncing.done()):
            self._begin_sync()

    def sync(self) -> None:
        """Bring everything appended so far to the disk, and only then say so in the journal; OSError if it is full."""
        self._begin_sync().result()
        self._syncing = None

    def _begin_sync(self) -> Future[None]:
        if self._syncing is not None:
            self._syncing.result()
        lines = "".join(f"{line}\n" for line in self._pending)
        self._pending.clear()
        self._syncing = self._syncer.submit(self._sync, lines.encode())
        self._synced = time.monotonic()
        return self._syncing

    def _sync(self, lines: bytes) -> None:
        for file in (self._samples, self._labels):
            os.fsync(file.fileno())
        self._journal.write(lines)
        self._journal.flush()
        os.fsync(self._journal.fileno())

    def finish(self, manifest: dict[str, Any]) -> None:
        """Turn the parts into a prepared set; the manifest, written last, is what makes it one."""
        self.sync()
        shape = (self.rows, *self._row)
        labels = np.fromfile(self._folder / "labels.part", np.int32)
        with self._part.open("r+b") as file:
            file.write(npy_header(shape))
            file.flush()
            os.fsync(file.fileno())
        digests = {"sha256": self._digest.hexdigest(), "labels_sha256": hashlib.sha256(labels.tobytes()).hexdigest()}
        os.replace(self._part, self._folder / SAMPLES)
        with (self._folder / LABELS).open("wb") as file:
            np.save(file, labels)
            file.flush()
            os.fsync(file.fileno())
        text = json.dumps(manifest | {"count": self.rows, "shape": shape} | digests, ensure_ascii=False, indent=1)
        atomic.write_text(self._folder / MANIFEST, f"{text}\n")
        tidy(self._folder)

    def close(self) -> None:
        """Keep what can be kept, and close the files."""
        with contextlib.suppress(OSError):  # the disk is full: what is not on it is not vouched for
            self.sync()
        self._syncer.shutdown()
        for file in (self._samples, self._labels, self._journal):
            file.close()

    def _restore(self, head: dict[str, Any]) -> None:
        """Take over the pieces whose journal lines and bytes are there; cut off all else."""
        kept = 0
        self._journal.seek(0)
        with self._part.open("rb") as samples, (self._folder / "labels.part").open("rb") as labels:
            samples.seek(HEADER)
            for text in self._journal:
                try:
                    line = json.loads(text)
                    if not kept and line != head:
                        raise UsageError(
                            f"{self._folder} has the beginning of another set ({_said(line)}), not of {_said(head)}; "
                            "finish that one, or remove the folder, or give another out="
                        )
                    if not text.endswith(b"\n") or (kept and not self._vouched(line, samples, labels)):
                        break
                except (ValueError, KeyError, TypeError):  # the power failed while it was written
                    break
                kept += len(text)
        self._journal.truncate(kept)
        if not kept:
            self._journal.write(f"{json.dumps(head)}\n".encode())
        if self._samples.seek(0, os.SEEK_END) < HEADER:
            self._samples.truncate(0)
            self._samples.write(bytes(HEADER))
        self._samples.truncate(HEADER + self.rows * self._row_bytes)
        self._labels.truncate(self.rows * LABEL_BYTES)
        self.sync()

    def _vouched(self, line: dict[str, Any], samples: BinaryIO, labels: BinaryIO) -> bool:
        """Take over the next piece if its pixels and labels are those that were written."""
        piece = Piece(**line["piece"])
        pixels, marks = samples.read(line["rows"] * self._row_bytes), labels.read(line["rows"] * LABEL_BYTES)
        if len(marks) != line["rows"] * LABEL_BYTES or zlib.crc32(marks, zlib.crc32(pixels)) != line["crc32"]:
            return False
        self._digest.update(pixels)
        self._take_over(piece, line)
        return True

    def _take_over(self, piece: Piece, line: dict[str, Any]) -> None:
        self.last = piece
        self.rows += line["rows"]
        self.broken += [Broken(**broken) for broken in line["broken"]]
        self.sizes.update({(width, height, mode): count for width, height, mode, count in line["sizes"]})


def _refuse_foreign(folder: Path, head: dict[str, Any]) -> None:
    """Raise UsageError if the folder holds arrays or a journal that are not of the set to be made."""
    journal = folder / JOURNAL
    first = journal.read_bytes().partition(b"\n") if journal.is_file() else (b"", b"", b"")
    ours = bool(first[1]) and first[0] == json.dumps(head).encode()
    if not ours and (named := [name for name in (SAMPLES, LABELS) if (folder / name).exists()]):
        raise UsageError(f"{folder / named[0]}: is not of the set to be prepared here; give an empty folder, out=DIR")


def tidy(folder: Path) -> None:
    """Remove what a kill between the manifest and the end of `Growing.finish` has left in a finished set."""
    for name in ("labels.part", JOURNAL):
        (folder / name).unlink(missing_ok=True)


def _write(file: FileIO, data: memoryview) -> None:
    """Write all of ``data``; a disk that fills up takes a part and then raises."""
    data, done = data.cast("B"), 0
    while done < len(data):
        done += file.write(data[done:])


def _said(head: dict[str, Any]) -> str:
    recipe = head.get("recipe", {}) if isinstance(head, dict) else {}
    return f"{head.get('name')} of {recipe.get('size')} pixels, {recipe.get('fit')}" if recipe else "not ours"
