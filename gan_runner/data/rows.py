"""Rows of arrays that stay on the disk."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gan_runner.errors import UsageError


@dataclass(frozen=True)
class Array:
    """A uint8 array ``[N, *row]`` in C order in ``path`` from byte ``offset`` on."""

    path: Path
    offset: int
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """The bytes of all rows."""
        return math.prod(self.shape)


class FileRows:
    """Arrays on the disk, one after the other, as one: ``len``, ``shape`` and ``take`` by row number.

    Rows are fetched by positioned reads into one buffer, not through a mapping: what was read does not stay in the
    process, so a set of any size costs the memory of the batches in flight (the system's own cache of files still makes
    a second visit fast); a job's limit on address space holds no matter how large the set; and a file that is cut
    short or lost while training is an error of one line, where touching a mapping would kill the process.
    """

    def __init__(self, arrays: Sequence[Array], index: Tensor | None = None) -> None:
        self._arrays = tuple(arrays)
        self._index = index
        self._row = self._arrays[0].shape[1:]
        self._row_bytes = math.prod(self._row)
        self._bounds = np.cumsum([0] + [array.shape[0] for array in self._arrays])
        self._files = [array.path.open("rb", buffering=0) for array in self._arrays]

    def __len__(self) -> int:
        return int(self._bounds[-1]) if self._index is None else len(self._index)

    @property
    def shape(self) -> tuple[int, ...]:
        """``(N, *row)``."""
        return (len(self), *self._row)

    @property
    def nbytes(self) -> int:
        """The bytes of all rows."""
        return len(self) * self._row_bytes

    def part(self, index: Tensor) -> "FileRows":
        """Return the rows at ``index`` ``[n]``; nothing is read."""
        return FileRows(self._arrays, index if self._index is None else self._index[index])

    def take(self, index: Tensor) -> Tensor:
        """Return the rows at ``index`` ``[n]`` as uint8 ``[n, *row]``; UsageError if the file no longer has them."""
        rows = (index if self._index is None else self._index[index]).numpy()
        batch = torch.empty((len(rows), *self._row), dtype=torch.uint8)
        room = memoryview(batch.numpy().reshape(-1))  # type: ignore[arg-type]
        parts = np.searchsorted(self._bounds, rows, side="right") - 1
        positions = rows - self._bounds[parts]
        for slot, (part, position) in enumerate(zip(parts.tolist(), positions.tolist(), strict=True)):
            self._read(part, position, room[slot * self._row_bytes : (slot + 1) * self._row_bytes])
        return batch

    def load(self) -> Tensor:
        """Return all rows in memory."""
        return self.take(torch.arange(len(self)))

    def _read(self, part: int, position: int, room: memoryview) -> None:
        array = self._arrays[part]
        offset = array.offset + position * self._row_bytes
        done = 0
        while done < len(room):
            count = os.preadv(self._files[part].fileno(), [room[done:]], offset + done)
            if count == 0:
                raise UsageError(f"{array.path}: ends before row {position}; it was cut short; prepare the data again")
            done += count

    def __getstate__(self) -> dict[str, Any]:
        return {"arrays": self._arrays, "index": self._index}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]
