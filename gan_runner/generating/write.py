"""Samples on the disk, batch by batch: as many as one likes never stand in memory at once."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor

from gan_runner.atomic import write_bytes
from gan_runner.generating.place import labels_path, replacing
from gan_runner.reporting.images import png
from gan_runner.types import Generated

Batches = Iterator[Generated]
DIGITS = 6


def write_npy(path: Path, batches: Batches, shape: Sequence[int]) -> list[Path]:
    """Write samples as one float32 array of ``shape`` ``[n, *shape of one]``, as the generator gives them.

    Labels, if there are any, become int64 ``[n]`` in ``<name>-labels.npy`` beside it. Returns what was written.
    Raises OSError if the disk refuses; nothing is left behind then.
    """
    labels: list[Tensor] = []
    with replacing(path) as temporary:
        with temporary.open("wb") as file:
            _write_header(file, shape)
            for samples, asked in batches:
                file.write(samples.cpu().contiguous().numpy().astype("<f4", copy=False).tobytes())
                labels += [] if asked is None else [asked]
        if not labels:
            return [path]
        beside = labels_path(path)
        array = io.BytesIO()
        np.save(array, torch.cat(labels).numpy())
        write_bytes(beside, array.getvalue())
    return [path, beside]


def _write_header(file: BinaryIO, shape: Sequence[int]) -> None:
    # A memory map would be simpler, but a full disk then kills the process instead of raising OSError.
    np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": tuple(shape)})


def write_files(
    folder: Path, batches: Batches, pictures: Callable[[Tensor], Tensor], count: int, names: Sequence[str]
) -> list[Path]:
    """Write each sample as ``000001.png`` and so on into ``folder``, and labels, if any, into ``labels.csv``.

    ``pictures`` makes bytes of samples, ``names`` are those of the classes. Returns the folder.
    """
    digits = max(DIGITS, len(str(count)))
    number, rows = 0, [("file", "label", "name")]
    with replacing(folder) as temporary:
        temporary.mkdir()
        for samples, labels in batches:
            for index, picture in enumerate(pictures(samples.cpu())):
                number += 1
                file = f"{number:0{digits}d}.png"
                (temporary / file).write_bytes(png(picture))
                if labels is not None:
                    label = int(labels[index])
                    rows.append((file, str(label), names[label]))
        if len(rows) > 1:
            with (temporary / "labels.csv").open("w", encoding="utf-8", newline="") as table:
                csv.writer(table).writerows(rows)
    return [folder]
