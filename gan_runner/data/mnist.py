"""MNIST: 60,000 + 10,000 handwritten digits, 28 x 28 grey, embedded in the package."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from gan_runner.data.idx import read_idx_pair
from gan_runner.data.resize import resize
from gan_runner.data.selection import select
from gan_runner.data.source import Source
from gan_runner.errors import UsageError

FOLDER = Path(__file__).parent / "assets" / "mnist"
SHA256 = {
    "train-images-idx3-ubyte.gz": "0b367032e93c5d0cea0925647cfdb18614af8ee15f83e6f2fc2ad904a6835971",
    "train-labels-idx1-ubyte.gz": "1787548bbe0bff1ec2ecdc0ef292b02df999e2d1a6002d27500982c652b17203",
    "t10k-images-idx3-ubyte.gz": "1a1a05eab793c14bb050b398624a11b0ffd1a2953baed553b1b9bd079e2a20be",
    "t10k-labels-idx1-ubyte.gz": "b91679a0acfe4ba0e50a2437a903084cba1f5f92592b016a25a7dfd00455798b",
}
"""Digests of the files as they ship, still zipped, so that the check costs hundredths of a second."""
PREFIXES = {"train": ("train",), "test": ("t10k",), "all": ("train", "t10k")}


def load(
    split: Literal["train", "test", "all"] = "train",
    size: int = 28,
    classes: Sequence[str | int] | None = None,
    limit: int | None = None,
) -> Source:
    """Return MNIST as uint8 ``[N, 1, size, size]`` with labels 0..9, in the order of the original files.

    ``classes`` keeps only those digits, numbered anew in the order given; ``limit`` keeps only the first so many
    pictures. A ``size`` other than 28 (for networks that halve the picture until 4 x 4, such as 32 or 64) resizes once,
    here, so that no training step pays for it.

    References: Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits (CC BY-SA 3.0).
    Raises UsageError if the installed files are damaged or a class is none, ValueError for settings out of range.
    """
    pairs = [_read(prefix) for prefix in PREFIXES[split]]
    images = torch.cat([images for images, _ in pairs])
    index, labels, names = select(torch.cat([labels for _, labels in pairs]).numpy(), "0123456789", classes, limit)
    return Source("mnist", resize(images[torch.from_numpy(index)], size), torch.from_numpy(labels), names)


def _read(prefix: str) -> tuple[Tensor, Tensor]:
    """Return images and labels of one part, after checking that the files are the ones that were shipped."""
    images, labels = FOLDER / f"{prefix}-images-idx3-ubyte.gz", FOLDER / f"{prefix}-labels-idx1-ubyte.gz"
    for path in (images, labels):
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "of no file"
        if digest != SHA256[path.name]:
            raise UsageError(
                f"{path}: sha256 {digest[:12]}, expected {SHA256[path.name][:12]}; "
                "the installation is damaged, install gan-runner anew"
            )
    return read_idx_pair(images, labels)
