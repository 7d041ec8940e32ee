"""Labelled pictures as torchvision's dataset classes give them. Only its workers, of all formats', import torch."""

import hashlib
import importlib
import importlib.metadata
import inspect
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from gan_runner.data.encoded.base import Collection, Piece, Record
from gan_runner.data.encoded.listing import printable, size_and_time, walk
from gan_runner.data.selection import Names, check_limit, select
from gan_runner.errors import UsageError

LABELS = {
    **dict.fromkeys(("CIFAR10", "CIFAR100", "Country211", "EMNIST", "EuroSAT", "FashionMNIST", "ImageNet"), "targets"),
    **dict.fromkeys(("KMNIST", "LFWPeople", "MNIST", "Places365", "QMNIST", "USPS"), "targets"),
    **dict.fromkeys(("SEMEION", "STL10", "SVHN"), "labels"),
    **dict.fromkeys(("CLEVRClassification", "DTD", "FGVCAircraft", "Flowers102", "Food101"), "_labels"),
    **dict.fromkeys(("OxfordIIITPet", "SUN397"), "_labels"),
    **dict.fromkeys(("FER2013", "GTSRB", "Imagenette", "RenderedSST2", "StanfordCars"), "_samples"),
    **dict.fromkeys(("Caltech101", "Caltech256"), "y"),
}
"""The sets with one whole number a picture, and where their classes keep them: known without decoding a picture."""


@dataclass(frozen=True)
class Contents:
    """What is known of a set once torchvision has opened it: ``index`` are the positions of the records in it."""

    count: int
    index: NDArray[np.int64]
    labels: NDArray[np.int64] | None
    classes: tuple[str, ...]
    first: tuple[int, int] | None
    """Width and height of the first picture, None if it cannot be decoded."""


class VisionPictures(Collection):
    """The set that ``torchvision.datasets`` calls ``name``, already in the folder ``root``.

    Every process opens the set for itself, which for CIFAR10 takes a second and 180 MB. Classes without a picture in
    the split (EMNIST's letters have one) are left out; a split with pictures that have no class (STL10's unlabeled) has
    no labels at all.
    """

    def __init__(
        self, name: str, root: str, split: str, classes: Names | None = None, limit: int | None = None
    ) -> None:
        check_limit(limit)
        self.name = name
        self.place = printable(root)
        self._root = os.path.abspath(os.path.expanduser(root))
        self._split = split
        self._chosen = classes
        self._limit = limit

    @property
    def classes(self) -> tuple[str, ...]:
        """The set's own names of its classes; numbers where it has none."""
        return self.contents.classes

    def __len__(self) -> int:
        return len(self.contents.index)

    def identity(self) -> dict[str, Any]:
        """Return the set's name, split and number of pictures, torchvision's version and a digest of root's files."""
        digest = hashlib.blake2b(digest_size=16)
        for path in walk(self._root):
            digest.update(os.fsencode(f"{path}\0{size_and_time(os.path.join(self._root, path))}\n"))
        return {
            "format": "torchvision",
            "version": importlib.metadata.version("torchvision"),
            "name": self.name,
            "split": self._split,
            "files": {"count": self.contents.count, "digest": digest.hexdigest()},
            "classes": None if self._chosen is None else [str(name) for name in self._chosen],
            "limit": self._limit,
        }

    def read(self, piece: Piece) -> Iterator[Record]:
        """Yield the records of a piece; the set is opened for the first of them."""
        contents, dataset = self.contents, self._dataset
        for position in range(piece.first, piece.first + piece.count):
            number = int(contents.index[position])
            label = None if contents.labels is None else int(contents.labels[position])
            yield Record(
                f"{self.place}: {self.name} {self._split}, picture {number}", partial(_get, dataset, number), label
            )

    @cached_property
    def contents(self) -> Contents:
        """What the set holds; it is opened, looked at and let go.

        Raises whatever torchvision raises if its files are not there, ValueError if it has no such split, UsageError if
        it has no such class or its labels do not fit.
        """
        dataset = open_set(self.name, self._root, self._split)
        labels = _labels(dataset, self.name, self.place)
        if labels is None and self._chosen is not None:
            raise UsageError(f"data.classes: {self.name} {self._split} has pictures without a class; leave it null")
        numbers = np.zeros(len(dataset), np.int64) if labels is None else labels
        used, numbers = np.unique(numbers, return_inverse=True)
        names = () if labels is None else _names(dataset, used)
        index, numbers, names = select(numbers, names, self._chosen, self._limit)
        try:
            first = _get(dataset, int(index[0])).size
        except Exception:  # whatever its decoder raises; it will be named as broken when its turn comes
            first = None
        return Contents(len(dataset), index, None if labels is None else numbers, names, first)

    def fetch(self) -> None:
        """Let torchvision fetch the set from the network; raises whatever it raises."""
        open_set(self.name, self._root, self._split, download=True)

    @cached_property
    def _dataset(self) -> Any:
        try:
            return open_set(self.name, self._root, self._split)
        except Exception as error:  # whatever torchvision raises, the other processes could read it
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise UsageError(f"{self.place}: {self.name} can no longer be read ({reason}); was it changed?") from error

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if key != "_dataset"}


def open_set(name: str, root: str, split: str, download: bool = False) -> Any:
    """Return ``torchvision.datasets.NAME`` from the files in ``root``, or from the network if ``download``.

    Raises whatever torchvision raises, and ValueError if the set has no such split.
    """
    kind = getattr(importlib.import_module("torchvision.datasets"), name)
    takes = _parameters(kind)
    settings = _part(name, takes, split)
    if "download" in takes:
        settings["download"] = download
    return kind(root, **settings)


def _parameters(kind: type) -> set[str]:
    """Return what a dataset class can be made with; some pass on to their parents what they do not name."""
    made = [parent.__init__ for parent in kind.__mro__ if "__init__" in vars(parent)]  # type: ignore[misc]
    return {parameter for init in made for parameter in inspect.signature(init).parameters}


def _part(name: str, takes: set[str], split: str) -> dict[str, Any]:
    """Return how a class is told the split: by ``split``, by ``train`` or not, by both (EMNIST), or not at all."""
    if name == "EMNIST":
        group = split.removesuffix("-test")
        return {"split": group, "train": group == split}
    for parameter in ("what", "split"):
        if parameter in takes:
            return {parameter: split}
    allowed = ("train", "test") if "train" in takes else ("train",)
    if split not in allowed:
        raise ValueError(f"{name} has no split {split}. Valid values are {', '.join(allowed)}.")
    return {"train": split == "train"} if "train" in takes else {}


def _get(dataset: Any, number: int) -> Image:
    picture: Image = dataset[number][0]
    return picture


def _labels(dataset: Any, name: str, place: str) -> NDArray[np.int64] | None:
    """Return the class of each picture; None if not every picture has one."""
    kept = getattr(dataset, LABELS[name], None)
    if LABELS[name] == "_samples" and kept is not None:
        kept = [label for _, label in kept]
    labels = np.asarray(kept)
    if labels.dtype == object and kept is not None and any(label is None for label in kept):
        return None
    if labels.ndim == 2:  # QMNIST: the class, then who wrote it and where it comes from
        labels = labels[:, 0]
    if labels.shape != (len(dataset),) or labels.dtype.kind not in "iu":
        raise UsageError(
            f"{place}: {len(dataset)} pictures of {name} but {labels.dtype} {list(labels.shape)} labels; fetch the set "
            "anew, or use another version of torchvision"
        )
    return None if labels.min(initial=0) < 0 else labels.astype(np.int64)


def _names(dataset: Any, used: NDArray[np.int64]) -> tuple[str, ...]:
    """Return the names of the classes ``used``; one that two classes share gets their numbers."""
    given = getattr(dataset, "classes", None) or getattr(dataset, "categories", None) or ()
    words = [given[number] if number < len(given) else str(number) for number in used]
    names = [word if isinstance(word, str) else ", ".join(word) for word in words]
    return tuple(
        f"{name} ({number})" if names.count(name) > 1 else name for name, number in zip(names, used, strict=True)
    )
