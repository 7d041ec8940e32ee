"""A folder of handwritten Chinese characters in .gnt files, the format of CASIA-HWDB."""

import hashlib
import os
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan_runner.data.encoded.base import Broken, Collection, Piece, Record
from gan_runner.data.encoded.gnt_record import HEADER, LEVEL_1, NUMBERS, DamageError, character_of, headers, is_code
from gan_runner.data.encoded.listing import printable, require_folder, size_and_time, walk
from gan_runner.data.selection import check_limit, select
from gan_runner.errors import UsageError

BUFFER = 2**20


class _Unread(NamedTuple):
    """Where reading the file of this ``number`` ended, how many bytes before its own end, and why."""

    number: int
    remaining: int
    where: str
    reason: str


@dataclass(frozen=True)
class Index:
    """Where the bitmap of each record lies: number of the file, offset in it, width and height; and what it shows."""

    files: NDArray[np.uint32]
    offsets: NDArray[np.int64]
    widths: NDArray[np.uint16]
    heights: NDArray[np.uint16]
    labels: NDArray[np.uint16]
    classes: tuple[str, ...]
    broken: tuple[Broken, ...]
    notes: tuple[str, ...]


class GntFolder(Collection):
    """The characters of GB 2312 level 1 in every .gnt file (in any case) below ``root``, file by file in sorted order.

    Symbols, rarer characters and codes that are none are passed over and counted. Classes are numbered by code, among
    the characters that occur; or in the order of ``classes``, which names those to keep as characters or codes (B0A1).
    ``limit`` keeps the first so many pictures. A record that cannot be one ends the reading of its file.

    The files are read through once, when the index is first needed; that takes some seconds a gigabyte, little memory.
    Raises UsageError if there are no such files or characters, ValueError for settings that make no sense.
    """

    def __init__(
        self, root: str, classes: Sequence[str] | None = None, limit: int | None = None, name: str = "hwdb"
    ) -> None:
        check_limit(limit)
        self.name = name
        self.place = printable(root)
        self._root = os.path.abspath(os.path.expanduser(root))
        self._chosen = None if classes is None else [character_of(name) for name in classes]
        self._limit = limit

    @property
    def classes(self) -> tuple[str, ...]:
        """The character of each label."""
        return self._index.classes

    @property
    def broken(self) -> Sequence[Broken]:
        """One item for each file that could not be read to its end, with an estimate of the pictures lost."""
        return self._index.broken

    @property
    def notes(self) -> Sequence[str]:
        """How many records are of no character of level 1."""
        return self._index.notes

    def __len__(self) -> int:
        return len(self._index.offsets)

    def __getstate__(self) -> dict[str, Any]:
        _ = self._index  # so that the processes this is sent to need not read everything through again
        return self.__dict__

    def identity(self) -> dict[str, Any]:
        """Return a digest of the files' paths, sizes and times, and the settings that choose."""
        digest = hashlib.blake2b(digest_size=16)
        for path, size, time in self._files:
            digest.update(b"%b\0%d %d\n" % (os.fsencode(path), size, time))
        return {"format": "gnt", "files": digest.hexdigest(), "classes": self._chosen, "limit": self._limit}

    def read(self, piece: Piece) -> Iterator[Record]:
        """Yield the records of a piece; only their ``open`` touches files."""
        index, part = self._index, slice(piece.first, piece.first + piece.count)
        columns = (index.files, index.offsets, index.widths, index.heights, index.labels)
        last, bitmaps, shown = -1, None, ""
        for number, offset, width, height, label in zip(*(column[part].tolist() for column in columns), strict=True):
            if bitmaps is None or number != last:
                last, bitmaps = number, Bitmaps(os.path.join(self._root, self._files[number][0]))
                shown = self._shown(number)
            where = f"{shown} at byte {offset - HEADER.size}"
            yield Record(where, partial(bitmaps.open, offset, width, height), label)

    @cached_property
    def _files(self) -> tuple[tuple[str, int, int], ...]:
        """Path below the root, bytes and time of each file."""
        require_folder(self._root, self.place)
        paths = [path for path in walk(self._root) if path.lower().endswith(".gnt")]
        stated = ((path, size_and_time(os.path.join(self._root, path))) for path in paths)
        files = tuple((path, *status) for path, status in stated if status is not None)
        if not files:
            raise UsageError(f"{self.place}: 0 .gnt files in it; data.root is the folder of the .gnt files of HWDB")
        return files

    @cached_property
    def _index(self) -> Index:
        files, offsets, widths, heights, codes = array("I"), array("q"), array("H"), array("H"), array("H")
        damages: list[_Unread] = []
        others: Counter[bytes] = Counter()
        for number, (path, size, _) in enumerate(self._files):
            try:
                with open(os.path.join(self._root, path), "rb", buffering=BUFFER) as file:
                    for offset, code, width, height in headers(file, os.fstat(file.fileno()).st_size):
                        if (character := NUMBERS.get(code)) is not None:
                            files.append(number)
                            offsets.append(offset)
                            widths.append(width)
                            heights.append(height)
                            codes.append(character)
                        else:
                            others[code] += 1
            except DamageError as damage:
                where = f"{self._shown(number)} at byte {damage.offset}"
                damages.append(_Unread(number, size - damage.offset, where, str(damage)))
            except OSError as error:
                damages.append(_Unread(number, size, self._shown(number), error.strerror or str(error)))
        if not offsets:
            fault = f"; the first fault is {damages[0].where}: {damages[0].reason}" if damages else ""
            raise UsageError(
                f"{self.place}: 0 characters of GB 2312 level 1 in {len(self._files)} .gnt files{fault}; give the "
                "intact files of HWDB"
            )
        present, labels = np.unique(np.array(codes, np.uint16), return_inverse=True)
        kept, labels, classes = select(labels, [LEVEL_1[code] for code in present], self._chosen, self._limit)
        return Index(
            np.array(files, np.uint32)[kept],
            np.array(offsets, np.int64)[kept],
            np.array(widths, np.uint16)[kept],
            np.array(heights, np.uint16)[kept],
            labels.astype(np.uint16),
            classes,
            self._lost(damages, np.bincount(files, minlength=len(self._files)), len(kept) / len(offsets)),
            _notes(others),
        )

    def _lost(self, damages: Sequence[_Unread], found: NDArray[np.int64], kept: float) -> tuple[Broken, ...]:
        """Return what is broken, with the number of pictures lost with it: the ``kept`` share of those it should have.

        A file that was cut off says nothing of its end, but every writer was given the same sheet: a damaged file
        should have as many pictures as whole ones have on average, or as its unread bytes hold elsewhere if that is
        more. ``found`` is the number of pictures read from each file.
        """
        torn = {damage.number for damage in damages}
        whole = [count for number, count in enumerate(found.tolist()) if number not in torn]
        usual = sum(whole) / len(whole) if whole else 0.0
        density = found.sum() / max(1, sum(size for _, size, _ in self._files) - sum(one.remaining for one in damages))
        return tuple(
            Broken(one.where, one.reason, max(1, round(kept * max(usual - found[one.number], density * one.remaining))))
            for one in damages
        )

    def _shown(self, number: int) -> str:
        return os.path.join(self.place, printable(self._files[number][0]))


def _notes(others: Counter[bytes]) -> tuple[str, ...]:
    """Say how many records were passed over, those of other GB 2312 codes apart from those of codes that are none."""
    known = sum(count for code, count in others.items() if is_code(code))
    said = (
        (known, "of symbols and characters outside level 1"),
        (others.total() - known, "whose code is none of GB 2312"),
    )
    return tuple(f"passes over {count:,} records {what}" for count, what in said if count)


class Bitmaps:
    """The bitmaps of one file, which is opened for the first of them and closed when no record asks for more."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._descriptor: int | None = None

    def open(self, offset: int, width: int, height: int) -> Image.Image:
        """Return the grey picture whose bitmap begins at ``offset``; raise OSError if the file has become shorter."""
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDONLY)
        pixels = os.pread(self._descriptor, width * height, offset)
        if len(pixels) < width * height:
            raise OSError("the file was cut short while it was being read")
        return Image.frombuffer("L", (width, height), pixels, "raw", "L", 0, 1)

    def __del__(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
