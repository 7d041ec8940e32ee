"""An LMDB of pictures, the format of LSUN: a folder a scene, its data.mdb holding one WebP or JPEG file a key."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

from PIL import Image

from gan_runner.data.encoded.base import UNIT, Collection, Piece, Record
from gan_runner.data.encoded.listing import printable
from gan_runner.data.selection import check_limit
from gan_runner.errors import UsageError

FILE = "data.mdb"


def library() -> ModuleType:
    """Return the lmdb module, or raise UsageError saying how to install it."""
    try:
        import lmdb
    except ImportError as error:
        raise UsageError("data=lsun needs the lmdb package; pip install 'gan-runner[lmdb]'") from error
    return lmdb


class SceneDatabase(Collection):
    """The pictures of one LMDB, in the order of their keys; ``limit`` keeps the first so many.

    ``path`` is the folder of a data.mdb, or the file. Keys are never listed: a piece is found by its first key, and
    only the keys of the pieces asked for are walked. The database is opened for each piece (0.1 ms) and closed after
    it, so nothing is held open, inherited by other processes or locked.

    LMDB maps its file into memory, and a page that a cut-off file lacks ends the process by SIGBUS. So each opening
    compares the size with the page count of the newest meta page first. A database whose last transaction deleted
    entries can be shorter and yet whole; it is refused too, as telling the two apart would take reading all of it.

    Raises UsageError if there is no such database, it is cut off or empty, or lmdb is not installed.
    """

    def __init__(self, path: str | Path, limit: int | None = None, name: str = "lsun") -> None:
        check_limit(limit)
        given = Path(path)
        self._file = given / FILE if given.is_dir() else given
        self.name = name
        self.place = printable(str(path))
        self._limit = limit
        with self._opened() as environment:
            self._entries = int(environment.stat()["entries"])
            self._transaction = int(environment.info()["last_txnid"])
        status = self._file.stat()
        self._size, self._modified = status.st_size, status.st_mtime_ns
        if not 0 < self._entries <= self._size:
            found = f"claims {self._entries:,} entries, more than its bytes" if self._entries else "holds no pictures"
            raise UsageError(f"{self._shown}: {found}; give the folder of an LMDB with pictures")

    @property
    def classes(self) -> tuple[str, ...]:
        """None: a database is of one scene."""
        return ()

    def __len__(self) -> int:
        return self._entries if self._limit is None else min(self._entries, self._limit)

    def identity(self) -> dict[str, Any]:
        """Return what the file's meta page and the file system tell of it, and the limit."""
        return {
            "format": "lmdb",
            "files": {
                "size": self._size,
                "mtime_ns": self._modified,
                "entries": self._entries,
                "transaction": self._transaction,
            },
            "limit": self._limit,
        }

    def plan(self, after: Piece | None, count: int, size: int = UNIT) -> list[Piece]:
        """Return up to ``count`` pieces that follow ``after``; ``mark`` is the first key of each in hex digits."""
        first, passed = (0, 0) if after is None else (after.first + after.count, after.count)
        stop = min(len(self), first + count * size)
        if first >= stop:
            return []
        with self._cursor(None if after is None else after.mark) as cursor:
            keys = cursor.iternext(values=False)
            marks = [key.hex() for key in islice(keys, passed, passed + stop - first, size)]
            more = stop == self._entries and next(keys, None) is not None
        starts = range(first, stop, size)
        if more or len(marks) < len(starts):
            raise self._miscounted()
        return [Piece(start, min(size, stop - start), mark) for start, mark in zip(starts, marks, strict=True)]

    def read(self, piece: Piece) -> Iterator[Record]:
        """Yield the records of a piece, whose files are in memory by then: some 14 kB each in LSUN."""
        with self._cursor(piece.mark) as cursor:
            items = list(islice(cursor.iternext(), piece.count))
        if len(items) < piece.count:
            raise self._miscounted()
        for key, value in items:
            yield Record(f"{self.place} key {_word(key)}", partial(open_picture, value))

    @property
    def _shown(self) -> str:
        return printable(str(self._file))

    @contextmanager
    def _cursor(self, mark: str | None) -> Iterator[Any]:
        """Give a cursor that stands at the key ``mark``, or before the first."""
        key = bytes.fromhex(mark or "")
        at = f"at key {_word(key)} or after it" if mark else "at its first key or after it"
        try:
            with self._opened() as environment, environment.begin() as transaction, transaction.cursor() as cursor:
                if mark and not (cursor.set_range(key) and cursor.key() == key):
                    raise UsageError(f"{self._shown}: lost its key {_word(key)}; leave it alone while it is read")
                yield cursor
        except library().Error as error:
            raise UsageError(f"{self._shown}: is damaged {at} ({error}); fetch it again") from error

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """Open the database, if the file is as long as it has to be."""
        lmdb = library()
        self._require_file()
        try:
            environment = lmdb.open(str(self._file), subdir=False, readonly=True, lock=False, readahead=False)
        except lmdb.Error as error:
            reason = str(error).rpartition(": ")[2]
            raise UsageError(
                f"{self._shown}: is no LMDB that can be opened ({reason}); fetch it again, or give the right folder"
            ) from error
        with environment:
            size, needed = os.stat(self._file).st_size, self._needed(environment)
            if size < needed:
                raise UsageError(
                    f"{self._shown}: is cut off at {size:,} of {needed:,} bytes; fetch it again (or, if entries were "
                    "deleted from it, compact it: python -m lmdb copy --compact -e SOURCE TARGET)"
                )
            yield environment

    def _require_file(self) -> None:
        if not self._file.is_file():
            found = "is not a regular file" if self._file.exists() else "there is no such file"
            raise UsageError(f"{self._shown}: {found}; data.root is the folder of folders such as bedroom_train_lmdb")

    def _needed(self, environment: Any) -> int:
        """Return the bytes up to the last page in use, counted from 0."""
        return int((environment.info()["last_pgno"] + 1) * environment.stat()["psize"])

    def _miscounted(self) -> UsageError:
        return UsageError(
            f"{self._shown}: is damaged: it has not the {self._entries:,} keys its meta page claims; fetch it again"
        )


def open_picture(value: bytes) -> Image.Image:
    """Return the picture of a WebP or JPEG file, its pixels not yet decoded; ValueError if it is neither."""
    webp = value[:4] == b"RIFF" and value[8:12] == b"WEBP"
    if not webp and value[:2] != b"\xff\xd8":
        raise ValueError(f"neither WebP nor JPEG: {len(value)} bytes that begin with {value[:4].hex() or 'nothing'}")
    return Image.open(io.BytesIO(value), formats=["WEBP" if webp else "JPEG"])


def _word(key: bytes) -> str:
    """Return a key as one word: its characters, or its bytes in hex digits."""
    text = key.decode("ascii", "replace")
    return text if text.isascii() and text.isprintable() and " " not in text else f"0x{key.hex()}"
