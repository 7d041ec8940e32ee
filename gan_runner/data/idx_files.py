"""A user's own IDX files, the format of MNIST, of any picture size and any number of classes."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

import torch

from gan_runner.data.encoded.listing import require_folder
from gan_runner.data.idx import read_idx_images, read_idx_pair
from gan_runner.data.resize import resize
from gan_runner.data.selection import check_limit, select
from gan_runner.data.source import Source
from gan_runner.errors import UsageError

log = logging.getLogger(__name__)

DIMENSIONS = {"images": 3, "labels": 1}
SPLITS = {"train": ("train",), "test": ("test", "t10k"), "val": ("val",)}
"""The words that files of a split have in their names, where it is not just the split's own; a single file
without any such word is all there is, whatever the split."""


def load(
    root: str | None = None,
    split: str = "train",
    images: str | None = None,
    labels: str | None = None,
    size: int | None = None,
    classes: Sequence[str | int] | None = None,
    limit: int | None = None,
) -> Source:
    """Return the pictures of an IDX file as uint8 ``[N, 1, H, W]``, with the labels of another if there is one.

    In the folder ``root`` the files are found by name: ``*images*idx3*`` or ``*-images*`` and the same for labels
    (idx1), raw or gzipped; of several, those with ``split`` in their names. ``images`` and ``labels`` name the files
    instead; labels are not searched for pictures that were named. Classes are "0" to the highest label. ``size`` makes
    the pictures square once, here; null keeps them as they are. ``classes`` and ``limit`` keep only some.

    Raises UsageError if files are missing, several, damaged or do not belong together; ValueError for wrong settings.
    """
    check_limit(limit)
    if not root and not images:  # an empty one, data.root=$UNSET, would be the folder the command is typed in
        raise ValueError("root is not set; give the folder of your IDX files, data.root=FOLDER, or data.images=FILE")
    folder = Path(os.path.expanduser(root or ""))
    images_path = Path(os.path.expanduser(images)) if images else _find(folder, "images", split)
    labels_path = Path(os.path.expanduser(labels)) if labels else None if images else _find(folder, "labels", split)
    assert images_path is not None
    if labels_path is None:
        if classes is not None:
            raise ValueError(f"classes need labels, and there are none with {images_path}; give data.labels=FILE")
        pictures = read_idx_images(images_path)[:limit]
        log.info("%s: read without labels; data.labels=FILE would give them", images_path)
        return Source("idx", pictures if size is None else resize(pictures, size))
    pictures, numbers = read_idx_pair(images_path, labels_path)
    names = [str(label) for label in range(int(numbers.max()) + 1)]
    index, kept, chosen = select(numbers.numpy(), names, classes, limit)
    pictures = pictures[torch.from_numpy(index)]
    return Source("idx", pictures if size is None else resize(pictures, size), torch.from_numpy(kept), chosen)


def _find(folder: Path, kind: str, split: str) -> Path | None:
    """Return the one file of a kind and split; None if there are no labels of any split."""
    require_folder(str(folder), str(folder))
    found = sorted(path for path in folder.iterdir() if _is_kind(path.name.lower(), kind) and path.is_file())
    # where a file lies unpacked beside its archive, as downloaders leave them, the raw one is read
    found = [path for path in found if path.suffix != ".gz" or path.with_suffix("") not in found]
    if not found and kind == "labels":
        return None
    words = SPLITS.get(split, (split.lower(),))
    chosen = [path for path in found if any(word in path.name.lower() for word in words)]
    if len(found) == 1 and not any(word in found[0].name.lower() for known in SPLITS.values() for word in known):
        chosen = found
    if len(chosen) == 1:
        return chosen[0]
    problem = f"{len(chosen)} IDX {kind} files are" if chosen else f"no IDX {kind} file is"
    listed = ", ".join(path.name for path in chosen or found) or f"no *{kind}*idx{DIMENSIONS[kind]}* or *-{kind}*"
    raise UsageError(
        f"{folder}: {problem} of data.split={split}; found: {listed}; set data.split, or name the file, "
        f"data.{kind}=FILE"
    )


def _is_kind(name: str, kind: str) -> bool:
    marked = f"-{kind}" in name or (kind in name and f"idx{DIMENSIONS[kind]}" in name)
    return marked and not name.startswith(".")
