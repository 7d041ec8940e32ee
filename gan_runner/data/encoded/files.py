"""PNG, JPEG and WebP files in a folder, however deep."""

import hashlib
import os
import struct
import zlib
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan_runner.data.encoded.base import Collection, Piece, Record
from gan_runner.data.encoded.listing import printable, require_folder, size_and_time, walk
from gan_runner.data.selection import Names, check_limit, select
from gan_runner.errors import UsageError

EXTENSIONS = (".png", ".jpg", ".jpeg", ".webp")
FORMATS = ("PNG", "JPEG", "WEBP")
"""All that such a file may hold: no name leads Pillow to a decoder that runs programs, as the one of EPS does."""
BLOCK = 2**20
MENTIONED = 5
"""Folders, and kinds of files, that a note names."""


@dataclass(frozen=True)
class Listing:
    """The pictures of a folder; the paths are one string, which takes half of a list's memory and pickles at once.

    Path k, relative to the root, is ``paths[ends[k - 1]:ends[k]]``. Record i is path ``order[i]``, its class
    ``labels[i]``.
    """

    paths: bytes
    ends: NDArray[np.int64]
    order: NDArray[np.int64]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    digest: str
    notes: tuple[str, ...]


class PictureFiles(Collection):
    """Every picture below ``root``: by name .png, .jpg, .jpeg or .webp, in any case.

    Hidden names, linked folders and folders that gan_runner has made are passed over; other files are counted. Without
    ``labels`` the order is that of the paths, folder by folder. With ``labels`` the class is the first folder of the
    path below ``root``, and the classes take turns, the k-th picture of each before any k+1-th, so that ``limit`` keeps
    them even.

    The folder is listed once, when anything is asked for. Raises UsageError if it holds no pictures, cannot be listed
    or lacks a class; ValueError for settings that make no sense.
    """

    name = "folder"

    def __init__(self, root: str, labels: bool = False, classes: Names | None = None, limit: int | None = None) -> None:
        check_limit(limit)
        if classes is not None and not labels:
            raise ValueError("classes are the names of folders, which count only with labels=true; set both or neither")
        self.place = printable(root)
        self._root = os.path.abspath(os.path.expanduser(root))
        self._labelled = labels
        self._chosen = classes
        self._limit = limit

    @property
    def classes(self) -> tuple[str, ...]:
        """The folders directly below the root that hold pictures, sorted; or those chosen, in the order given."""
        return self._listing.classes

    def __len__(self) -> int:
        return len(self._listing.order)

    def identity(self) -> dict[str, Any]:
        """Return a digest of all pictures' paths, sizes and times, and the settings that choose and label."""
        chosen = None if self._chosen is None else [str(name) for name in self._chosen]
        settings = {"labels": self._labelled, "classes": chosen, "limit": self._limit}
        return {"format": "files", "files": self._listing.digest} | settings

    @property
    def notes(self) -> Sequence[str]:
        """Which folders were passed over, and how many files."""
        return self._listing.notes

    def read(self, piece: Piece) -> Iterator[Record]:
        """Yield the records of a piece; only their ``open`` touches files."""
        listing = self._listing
        for position in range(piece.first, piece.first + piece.count):
            number = int(listing.order[position])
            start = int(listing.ends[number - 1]) if number else 0
            path = os.fsdecode(listing.paths[start : int(listing.ends[number])])
            label = int(listing.labels[position]) if self._labelled else None
            where = os.path.join(self.place, printable(path))
            yield Record(where, partial(open_picture, os.path.join(self._root, path)), label)

    @cached_property
    def _listing(self) -> Listing:
        require_folder(self._root, self.place)
        digest, paths, ends, labels = hashlib.blake2b(digest_size=16), bytearray(), array("q"), array("q")
        others: Counter[str] = Counter()
        classes: dict[str, int] = {}
        passed: list[str] = []
        for path in walk(self._root, passed):
            extension = os.path.splitext(path)[1].lower()
            status = size_and_time(os.path.join(self._root, path)) if extension in EXTENSIONS else None
            if status is None:
                others[extension] += 1
                continue
            labels.append(classes.setdefault(self._class_of(path), len(classes)) if self._labelled else 0)
            encoded = os.fsencode(path)
            paths += encoded
            ends.append(len(paths))
            digest.update(b"%b\0%d %d\n" % (encoded, *status))
        notes = _notes(passed, others)
        if not ends:
            found = f"it {'; '.join(notes)}" if notes else "it is empty"
            raise UsageError(
                f"{self.place}: 0 pictures, {found}; give a folder with {', '.join(EXTENSIONS)} files in it"
            )
        order = in_turns(np.array(labels, np.int64))
        names = tuple(printable(name) for name in classes)
        index, kept, names = select(np.array(labels, np.int64)[order], names, self._chosen, self._limit)
        return Listing(bytes(paths), np.array(ends, np.int64), order[index], kept, names, digest.hexdigest(), notes)

    def _class_of(self, path: str) -> str:
        name, *below = path.split(os.sep, 1)
        if not below:
            raise UsageError(
                f"{os.path.join(self.place, printable(path))}: lies in no class folder, but data.labels=true takes the "
                f"folders directly in {self.place} as classes; move it into one, or set data.labels=false"
            )
        return name


def _notes(passed: Sequence[str], others: Counter[str]) -> tuple[str, ...]:
    """Say what was passed over: folders by name, files by kind."""
    notes = []
    if passed:
        named = ", ".join(printable(folder) for folder in passed[:MENTIONED]) + (", ..." * (len(passed) > MENTIONED))
        notes.append(f"passes over {len(passed)} folders: {named}")
    if others:
        kinds = ", ".join(f"{number} {printable(kind) or 'bare'}" for kind, number in others.most_common(MENTIONED))
        notes.append(f"passes over {others.total()} files that are no pictures by name ({kinds})")
    return tuple(notes)


def in_turns(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the order in which the classes of sorted ``labels`` take turns; their own order if there is one class."""
    rank = np.arange(len(labels)) - np.searchsorted(labels, labels)
    return np.lexsort((labels, rank))


def open_picture(path: str) -> Image.Image:
    """Return the picture in a file, its pixels not yet decoded; raise whatever Pillow raises if it is none."""
    image = Image.open(path, formats=FORMATS)
    if image.format == "PNG":
        with open(path, "rb") as file:
            check_png(file)
    return image


def check_png(file: IO[bytes]) -> None:
    """Raise OSError at the first chunk of a PNG file that is cut short or does not fit its checksum.

    Pillow decodes pixels without looking at checksums: of a file whose rest was never written, all zeros, it would
    make a picture whose lower half is black. (JPEG and WebP have no checksums.)
    """
    size = os.fstat(file.fileno()).st_size
    offset, kind = file.seek(8), b""
    while kind != b"IEND":
        header = file.read(8)
        length, kind = struct.unpack(">I4s", header) if len(header) == 8 else (0, b"")
        if offset + 12 + length > size:
            raise OSError(f"image file is truncated: the PNG chunk at byte {offset} goes beyond its {size} bytes")
        checksum = zlib.crc32(kind)
        for start in range(0, length, BLOCK):
            checksum = zlib.crc32(file.read(min(BLOCK, length - start)), checksum)
        if checksum != int.from_bytes(file.read(4), "big"):
            raise OSError(f"the PNG chunk at byte {offset} does not fit its checksum")
        offset += 12 + length
