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
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from gan_runner import atomic
from gan_runner.atomic import write_all
from gan_runner.data.encoded.base import Broken, Piece
from gan_runner.data.preparing.begun import JOURNAL, LABELS_PART, SAMPLES_PART, Head, claim, line_of
from gan_runner.data.preparing.decoding import Decoded, Sizes
from gan_runner.data.preparing.recipe import Report
from gan_runner.data.preparing.store import HEADER, LABELS, LABELS_TYPE, MANIFEST, SAMPLES, npy_header

SECONDS = 1.0
"""Between two visits to the disk: syncing each piece would cost more than decoding it where pictures are small."""
LABEL_BYTES = 4


class Growing:
    """The unfinished form of a prepared set: ``samples.npy.part``, ``labels.part`` and the journal.

    A piece counts once its journal line is on the disk, and that is written only after its pixels and labels are.
    Opening cuts the files back to what the journal vouches for, which takes reading them: ``report`` is told. ``head``
    describes what is being made; raises UsageError if something else was begun in the folder, OSError for a full disk.
    """

    def __init__(self, folder: Path, head: Head, row: tuple[int, ...], report: Report) -> None:
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
        claim(folder, head)
        self._journal = (folder / JOURNAL).open("a+b", buffering=0)
        if (folder / SAMPLES).exists():  # killed between renaming and the manifest
            os.replace(folder / SAMPLES, self._part)
        self._samples = self._part.open("a+b", buffering=0)
        self._labels = (folder / LABELS_PART).open("a+b", buffering=0)
        self._digest = hashlib.sha256()
        self._restore(line_of(head), report)

    @property
    def _part(self) -> Path:
        return self._folder / SAMPLES_PART

    def append(self, pixels: NDArray[np.uint8], decoded: Decoded) -> None:
        """Add a piece, its pixels uint8 ``[n, C, S, S]``."""
        content, labels = pixels.reshape(-1).data, decoded.labels.data  # no copies: the cores are busy
        write_all(self._samples, content)
        write_all(self._labels, labels)
        self._digest.update(content)
        line = {
            "piece": asdict(decoded.piece),
            "rows": len(decoded.labels),
            "sha256": self._digest.hexdigest(),  # of all pixels so far: the sum that the manifest needs anyway
            "labels_crc32": zlib.crc32(labels),
            "broken": [asdict(broken) for broken in decoded.broken],
            "sizes": [[*size, count] for size, count in decoded.sizes.items()],
        }
        self._pending.append(_summed(line))
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
        write_all(self._journal, memoryview(lines))
        os.fsync(self._journal.fileno())

    def finish(self, manifest: dict[str, Any]) -> None:
        """Turn the parts into a prepared set; the manifest, written last, is what makes it one."""
        self.sync()
        shape = (self.rows, *self._row)
        labels = (self._folder / LABELS_PART).read_bytes()
        with self._part.open("r+b") as file:
            file.write(npy_header(shape))
            file.flush()
            os.fsync(file.fileno())
        digests = {"sha256": self._digest.hexdigest(), "labels_sha256": hashlib.sha256(labels).hexdigest()}
        os.replace(self._part, self._folder / SAMPLES)
        with (self._folder / LABELS).open("wb") as file:
            file.write(npy_header(shape[:1], LABELS_TYPE) + labels)
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

    def _restore(self, head: bytes, report: Report) -> None:
        """Take over the pieces whose journal lines and bytes are there; cut off all else."""
        there = max(0, self._part.stat().st_size - HEADER) // self._row_bytes
        journal, part, marks = self._folder / JOURNAL, self._part, self._folder / LABELS_PART
        kept = 0
        with journal.open("rb") as lines, part.open("rb") as samples, marks.open("rb") as labels:
            samples.seek(HEADER)
            for text in lines:
                if not kept and text != head:  # the power failed while it was written
                    break
                if kept and not self._vouched(text, samples, labels):
                    break
                kept += len(text)
                report("reading back", self.rows, there)
        if there:
            report("reading back", there, there)
        self._journal.truncate(kept)
        if not kept:
            write_all(self._journal, memoryview(head))
        if self._samples.seek(0, os.SEEK_END) < HEADER:
            self._samples.truncate(0)
            self._samples.write(bytes(HEADER))
        self._samples.truncate(HEADER + self.rows * self._row_bytes)
        self._labels.truncate(self.rows * LABEL_BYTES)
        self.sync()

    def _vouched(self, text: bytes, samples: BinaryIO, labels: BinaryIO) -> bool:
        """Take over the next piece if its journal line is whole and its pixels and labels are those it tells of."""
        try:
            line = json.loads(text)
            if text != f"{_summed(line)}\n".encode():
                return False
        except (ValueError, TypeError, RecursionError):  # the power failed while it was written
            return False
        pixels, marks = samples.read(line["rows"] * self._row_bytes), labels.read(line["rows"] * LABEL_BYTES)
        digest = self._digest.copy()
        digest.update(pixels)
        if digest.hexdigest() != line["sha256"] or zlib.crc32(marks) != line["labels_crc32"]:
            return False
        self._digest = digest
        self._take_over(Piece(**line["piece"]), line)
        return True

    def _take_over(self, piece: Piece, line: dict[str, Any]) -> None:
        self.last = piece
        self.rows += line["rows"]
        self.broken += [Broken(**broken) for broken in line["broken"]]
        self.sizes.update({(width, height, mode): count for width, height, mode, count in line["sizes"]})


def _summed(line: dict[str, Any]) -> str:
    """Return a line of the journal as it is written, with a checksum of all else in it at its end."""
    fields = {name: value for name, value in line.items() if name != "crc32"}
    return json.dumps(fields | {"crc32": zlib.crc32(json.dumps(fields).encode())})


def tidy(folder: Path) -> None:
    """Remove what a kill between the manifest and the end of `Growing.finish` has left in a finished set."""
    with contextlib.suppress(OSError):  # a finished set may lie where nothing can be written
        for name in (LABELS_PART, JOURNAL):
            (folder / name).unlink(missing_ok=True)
