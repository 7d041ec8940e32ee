"""What every format of encoded pictures offers to the processes that decode it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from PIL.Image import Image


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

    piece: ClassVar[int] = 256
    """Records a worker decodes at a time: some 0.1 s of work, a few megabytes of pixels."""

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

        File names, sizes and times, and the settings that select or label. Equal identities decode to equal bytes.
        """

    @property
    def broken(self) -> Sequence[Broken]:
        """What the index already shows to be unreadable."""
        return ()

    def plan(self, after: Piece | None, count: int) -> list[Piece]:
        """Return up to ``count`` pieces that follow ``after`` (None: the start); an empty list at the end."""
        start = 0 if after is None else after.first + after.count
        stop = min(len(self), start + count * self.piece)
        return [Piece(first, min(self.piece, stop - first)) for first in range(start, stop, self.piece)]

    @abstractmethod
    def read(self, piece: Piece) -> Iterator[Record]:
        """Yield the records of a piece, in order; raise OSError only where the set as a whole cannot be read."""
