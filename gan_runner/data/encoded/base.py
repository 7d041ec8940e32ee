"""What every format of encoded pictures offers to the processes that decode it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PIL.Image import Image

UNIT = 8
"""Records of the smallest piece that is planned, where their pixels are not too large for even that."""


@dataclass(frozen=True)
class Piece:
    """``count`` consecutive records from position ``first`` on; ``mark`` finds the first where its position cannot."""

    first: int
    count: int
    mark: str = ""


@dataclass(slots=True)  # not frozen: there are millions, and each would take three times as long to make
class Record:
    """One encoded picture.

    ``where`` names it for a person: a file, a file and offset, a key. ``open`` returns the picture, whose pixels may
    still be undecoded; it and the decoding may raise anything, which then counts as this picture being broken.
    """

    where: str
    open: Callable[[], Image]
    label: int | None = None


@dataclass(frozen=True)
class Broken:
    """A picture that cannot be read, or ``count`` of them, and why."""

    where: str
    reason: str
    count: int = 1


class Collection(ABC):
    """Encoded pictures in an order of their own.

    Making one costs little and reads no pictures. ``classes``, ``broken`` and the length may read the whole index,
    once. A collection is pickled into worker processes, so it holds no open files then.
    """

    name: str
    """The word for such data in messages and run.json, e.g. ``hwdb`` or ``hwdb stand-in``."""

    place: str
    """Where it lies, for messages: a folder or file."""

    @property
    @abstractmethod
    def classes(self) -> tuple[str, ...]:
        """The name of each label; empty if the records have no labels."""

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of records, those in ``broken`` not counted."""

    @abstractmethod
    def identity(self) -> dict[str, Any]:
        """Return what the pictures and their order depend on, as plain JSON types, without reading pictures.

        ``files`` tells the files' names, sizes and times; all else are the settings that select or label. Equal
        identities decode to equal bytes.
        """

    @property
    def broken(self) -> Sequence[Broken]:
        """What the index already shows to be unreadable."""
        return ()

    @property
    def notes(self) -> Sequence[str]:
        """What was passed over without being broken, a line each."""
        return ()

    def plan(self, after: Piece | None, count: int, size: int = UNIT) -> list[Piece]:
        """Return up to ``count`` pieces of ``size`` records that follow ``after``; an empty list at the end.

        ``after`` (None: the start) may be of any size. Neighbours together are a piece too: the first's ``first`` and
        ``mark``, and the sum of their counts.
        """
        start = 0 if after is None else after.first + after.count
        stop = min(len(self), start + count * size)
        return [Piece(first, min(size, stop - first)) for first in range(start, stop, size)]

    @abstractmethod
    def read(self, piece: Piece) -> Iterator[Record]:
        """Yield the records of a piece, in order; raise OSError only where the set as a whole cannot be read."""
