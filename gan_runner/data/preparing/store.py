"""A prepared set on the disk: one array of pictures, one of labels, and a manifest that tells what they are."""

import hashlib
import json
import math
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_runner.data.preparing.recipe import Report
from gan_runner.errors import UsageError

SAMPLES, LABELS, MANIFEST = "samples.npy", "labels.npy", "manifest.json"
FORMAT = 1
HEADER = 128
"""Bytes before the pixels in ``samples.npy``."""
BLOCK = 2**24


@dataclass(frozen=True)
class Prepared:
    """A folder with ``samples.npy`` (uint8 ``[N, C, S, S]``), ``labels.npy`` (int32 ``[N]``) and ``manifest.json``.

    The arrays are plain NumPy files for anyone to map. The manifest: ``name`` and ``place`` of the source and its
    ``source`` identity, ``recipe`` (size, channels, fit, filter), ``count``, ``shape``, ``classes`` (empty without
    labels), ``broken`` pictures passed over, ``sha256`` of the pixels (all bytes after the header) and
    ``labels_sha256``.
    """

    folder: Path
    manifest: dict[str, Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """``(N, C, S, S)``."""
        return tuple(self.manifest["shape"])

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each label; empty without labels."""
        return tuple(self.manifest["classes"])

    @property
    def digest(self) -> str:
        """What stands for all pixels and labels and their order."""
        return f"{self.manifest['sha256']} {self.manifest['labels_sha256']} {list(self.shape)}"

    @property
    def samples(self) -> Path:
        """The file of the pictures."""
        return self.folder / SAMPLES

    def labels(self) -> NDArray[np.int32]:
        """Read the labels ``[N]``; -1 where there are none."""
        try:
            labels: NDArray[np.int32] = np.load(self.folder / LABELS)
        except (OSError, ValueError, EOFError) as error:
            raise _damaged(self.folder / LABELS, str(error)) from error
        if labels.shape != self.shape[:1] or labels.dtype != np.int32:
            raise _damaged(
                self.folder / LABELS, f"{labels.dtype} {list(labels.shape)} in place of int32 {self.shape[0]}"
            )
        return labels


def verify(prepared: Prepared, report: Report) -> str | None:
    """Read all pixels and labels and return what is wrong with them, or None if they are what was written."""
    digest = hashlib.sha256()
    done, total = 0, math.prod(prepared.shape)
    with prepared.samples.open("rb") as file:
        file.seek(HEADER)
        while block := file.read(BLOCK):
            digest.update(block)
            done += len(block)
            report("verifying", done * prepared.shape[0] // total, prepared.shape[0])
    if digest.hexdigest() != prepared.manifest["sha256"]:
        return f"{prepared.samples}: the pixels are not those that were written (sha256 differs)"
    if hashlib.sha256(prepared.labels().tobytes()).hexdigest() != prepared.manifest["labels_sha256"]:
        return f"{prepared.folder / LABELS}: the labels are not those that were written (sha256 differs)"
    return None


def is_prepared(folder: Path) -> bool:
    """Return whether ``folder`` holds a finished preparation."""
    return (folder / MANIFEST).is_file()


def open_prepared(folder: Path) -> Prepared:
    """Return what ``folder`` holds once its files fit its manifest; UsageError if they do not. Reads no pixels."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        shape = [int(size) for size in manifest["shape"]]
        fits = manifest["format"] == FORMAT and len(shape) == 4 and min(shape) > 0
        wanted = {"classes", "sha256", "labels_sha256", "name", "recipe"} <= manifest.keys()
    except FileNotFoundError as error:
        raise UsageError(f"{folder}: no prepared set there (no {MANIFEST}); make one with gan-data prepare") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(folder / MANIFEST, str(error)) from error
    if not fits or not wanted:
        raise _damaged(folder / MANIFEST, f"not a manifest of format {FORMAT}")
    samples, expected = folder / SAMPLES, HEADER + math.prod(shape)
    size = samples.stat().st_size if samples.is_file() else None
    if size != expected:
        raise _damaged(samples, "is not there" if size is None else f"{size} bytes in place of {expected}")
    with samples.open("rb") as file:
        if file.read(HEADER) != npy_header(tuple(shape)):
            raise _damaged(samples, "its header is not that of the manifest's array")
    return Prepared(folder, manifest)


def npy_header(shape: tuple[int, ...]) -> bytes:
    """Return the 128 bytes with which a NumPy file of uint8 ``shape`` begins, padded alike for every number of rows."""
    header = BytesIO()
    description = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, description)
    assert header.tell() == HEADER
    return header.getvalue()


def _damaged(path: Path, what: str) -> UsageError:
    return UsageError(f"{path}: {what}; remove {path.parent} and prepare the data again")
