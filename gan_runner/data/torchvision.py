"""The labelled picture sets that torchvision can read: CIFAR10, SVHN, STL10, Flowers102 and some thirty more."""

import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Literal

from gan_runner.cachedir import cache_dir
from gan_runner.data.encoded.vision import LABELS, Contents, VisionPictures
from gan_runner.data.picture_set import OnError, PictureSet
from gan_runner.data.preparing.recipe import Filter, Fit, Recipe
from gan_runner.errors import UsageError

log = logging.getLogger(__name__)

ELSEWHERE = {
    "lsun": "data=lsun reads it",
    "celeba": "unpack its pictures and use data=folder data.root=FOLDER",
    "imagefolder": "data=folder data.labels=true reads such folders",
    "fakedata": "data=fake makes noise",
}
"""What to do for names that someone may well try and that are no set of labelled pictures."""
SECONDS = 30
"""Without an answer for so long, the network is not there; torchvision by itself would wait for ever."""


def load(
    name: str = "CIFAR10",
    root: str | None = None,
    split: str = "train",
    size: int | None = None,
    channels: Literal[1, 3] | None = None,
    fit: Fit = "crop",
    resample: Filter = "bicubic",
    classes: Sequence[str | int] | None = None,
    limit: int | None = None,
    on_error: OnError = "stop",
) -> PictureSet:
    """Return the set ``torchvision.datasets.NAME``, fetched into ``root`` by torchvision if it is not there.

    ``root`` null is a folder in the cache. ``split`` is handed on as that class wants it: to its ``split`` or
    ``what`` (QMNIST), as ``train`` true or false for train and test; EMNIST's are its groups, with -test for their test
    parts (``letters``, ``letters-test``); a set of one part is all train. ``size`` null is the pictures' own, if they
    are square. The rest as in ``data=folder``.

    torchvision compares the files with the checksums it knows before it unpickles any. Raises UsageError if the set
    is not there and cannot be fetched; ValueError for a name, split or size that will not do.
    """
    name = _known(name)
    if root == "":  # data.root=$UNSET
        raise ValueError("root must be a folder, got nothing; null is one in the cache")
    pictures = VisionPictures(name, root or str(cache_dir() / "torchvision" / name), split, classes, limit)
    first = _at_hand(pictures).first
    if size is None:
        if first is None or first[0] != first[1]:
            found = "cannot be decoded" if first is None else f"is {first[0]} x {first[1]}"
            raise ValueError(
                f"size: the first picture of {name} {found}, so it gives no size; give one, e.g. data.size=64"
            )
        size = first[0]
    return PictureSet(name, (pictures,), Recipe(size, channels, fit, resample), on_error)


def _known(name: str) -> str:
    """Return the set's name as torchvision spells it."""
    spelling = {known.lower(): known for known in LABELS}
    if name.lower() in spelling:
        return spelling[name.lower()]
    close = get_close_matches(name.lower(), spelling, n=1)
    hint = ELSEWHERE.get(name.lower(), f"did you mean {spelling[close[0]]}?" if close else "")
    raise ValueError(
        f"name must be a set of torchvision.datasets with one class a picture, got {name}"
        f"{f' ({hint})' if hint else ''}; allowed: {', '.join(sorted(LABELS))}"
    )


def _at_hand(pictures: VisionPictures) -> Contents:
    """Return what the set holds, after fetching it if its files are not there."""
    try:
        return pictures.contents
    except UsageError:
        raise
    except Exception as error:  # torchvision raises anything from RuntimeError to AssertionError over missing files
        if "Valid values are" in str(error):
            raise ValueError(f"split: {error}") from error
        log.info("%s is not in %s yet; torchvision fetches it", pictures.name, pictures.place)
    try:
        with _patience():
            pictures.fetch()
        return pictures.contents
    except UsageError:
        raise
    except Exception as error:  # and, over the network and archives, anything else
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise UsageError(
            f"{pictures.place}: {pictures.name} is not there or not intact, and torchvision could not fetch it "
            f"({reason}); put its files there as torchvision.datasets.{pictures.name} expects them, or give the folder "
            "that has them, data.root=FOLDER"
        ) from error


@contextmanager
def _patience() -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
