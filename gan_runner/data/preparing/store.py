"""A prepared set on the disk: one array of pictures, one of labels, and a manifest that tells what they are."""

import hashlib
import json
import math
from collections.abc import Callable
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
"""Bytes before the numbers in ``samples.npy`` and ``labels.npy``."""
LABELS_TYPE = "<i4"
BLOCK = 2**24


@dataclass(frozen=True)
class Prepared:
    """A folder with ``samples.npy`` (uint8 ``[N, C, S, S]``), ``labels.npy`` (int32 ``[N]``) and ``manifest.json``.

    The arrays are plain NumPy files for anyone to map. The manifest: ``name`` and ``place`` of the source and its
    ``source`` identity, ``recipe`` (size, channels, fit, filter), ``count``, ``shape``, ``classes`` (empty without
    labels), how many broken pictures were ``skipped`` and which were ``broken``, ``sha256`` of the pixels (all bytes
    after the header) and ``labels_sha256``.
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

    @property
    def skipped(self) -> int:
        """The number of broken pictures that were passed over."""
        return int(self.manifest["skipped"])

    def labels(self) -> NDArray[np.int32]:
        """Read the labels ``[N]``; -1 where there are none. UsageError if they are not those that were written."""
        labels = np.frombuffer((self.folder / LABELS).read_bytes()[HEADER:], LABELS_TYPE).astype(np.int32)
        if hashlib.sha256(labels.tobytes()).hexdigest() != self.manifest["labels_sha256"]:
            raise _damaged(self.folder / LABELS, "the labels are not those that were written (sha256 differs)")
        least, most = (0, len(self.classes) - 1) if self.classes else (-1, -1)
        if labels.min() < least or labels.max() > most:
            found = f"labels from {labels.min()} to {labels.max()} for {len(self.classes)} classes"
            raise _damaged(self.folder / MANIFEST, found)
        return labels

    def refuse_other_pixels(self, digest: str) -> None:
        """Raise UsageError unless ``digest``, the SHA-256 of all pixels as they are now, is that of the manifest."""
        if digest != self.manifest["sha256"]:
            raise _damaged(self.samples, "the pixels are not those that were written (sha256 differs)")


def verify(prepared: Prepared, report: Report) -> None:
    """Read all pixels and labels; UsageError if they are not what was written."""
    digest = hashlib.sha256()
    done, total = 0, math.prod(prepared.shape)
    with prepared.samples.open("rb") as file:
        file.seek(HEADER)
        while block := file.read(BLOCK):
            digest.update(block)
            done += len(block)
            report("verifying", done * prepared.shape[0] // total, prepared.shape[0])
    prepared.refuse_other_pixels(digest.hexdigest())
    prepared.labels()


def is_prepared(folder: Path) -> bool:
    """Return whether ``folder`` holds a finished preparation."""
    return (folder / MANIFEST).is_file()


def open_prepared(folder: Path) -> Prepared:
    """Return what ``folder`` holds once its files fit its manifest; UsageError if they do not. Reads no pixels."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"{folder}: no prepared set there (no {MANIFEST}); make one with gan-data prepare") from error
    except OSError as error:
        raise UsageError(f"{folder / MANIFEST}: cannot be read ({error.strerror}); give the prepared folder") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(folder / MANIFEST, " ".join(str(error).split())) from error
    if wrong := _wrong_field(manifest):
        raise _damaged(folder / MANIFEST, f"{wrong} is not what a manifest of format {FORMAT} has")
    prepared = Prepared(folder, manifest)
    _require_array(prepared.samples, npy_header(prepared.shape), math.prod(prepared.shape))
    labels_bytes = prepared.shape[0] * np.dtype(LABELS_TYPE).itemsize
    _require_array(folder / LABELS, npy_header(prepared.shape[:1], LABELS_TYPE), labels_bytes)
    return prepared


def in_bytes(number: float) -> str:
    """Return a number of bytes as a person reads it, in kB, MB or GB."""
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        if number >= unit:
            return f"{number / unit:,.1f} {name}"
    return f"{number / 1e3:,.1f} kB"


def npy_header(shape: tuple[int, ...], descr: str = "|u1") -> bytes:
    """Return the 128 bytes with which a NumPy file of such numbers begins, padded alike for every number of rows."""
    header = BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": descr, "fortran_order": False, "shape": shape})
    assert header.tell() == HEADER
    return header.getvalue()


def _wrong_field(manifest: Any) -> str | None:
    """Return the first field of a manifest that is missing or not of its type, None if all are as they should be."""
    if not isinstance(manifest, dict):
        return "this"
    right: dict[str, Callable[[Any], bool]] = {
        "format": lambda value: value == FORMAT,
        "name": lambda value: isinstance(value, str) and value.isprintable() and value != "" and "/" not in value,
        "shape": lambda value: _are(int, value) and len(value) == 4 and min(value) > 0 and math.prod(value) < 2**60,
        "count": lambda value: value == manifest["shape"][0],
        "classes": lambda value: (
            _are(str, value) and len(set(value)) == len(value) and all(map(str.isprintable, value))
        ),
        "skipped": lambda value: type(value) is int and value >= 0,
        "broken": lambda value: _are(dict, value) and all(_is_broken(one) for one in value),
        "sha256": lambda value: isinstance(value, str),
        "labels_sha256": lambda value: isinstance(value, str),
    }
    return next((name for name, fits in right.items() if name not in manifest or not fits(manifest[name])), None)


def _is_broken(one: dict[str, Any]) -> bool:
    return all(isinstance(one.get(key), str) for key in ("where", "reason"))


def _are(kind: type, values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is kind for value in values)


def _require_array(path: Path, header: bytes, content: int) -> None:
    """Raise UsageError unless ``path`` begins with ``header`` and has ``content`` more bytes."""
    size = path.stat().st_size if path.is_file() else None
    if size != len(header) + content:
        raise _damaged(path, "is not there" if size is None else f"{size} bytes in place of {len(header) + content}")
    with path.open("rb") as file:
        if file.read(len(header)) != header:
            raise _damaged(path, "its header is not that of the manifest's array")


def _damaged(path: Path, what: str) -> UsageError:
    return UsageError(f"{path}: {what}; remove {path.parent} and prepare the data again")
