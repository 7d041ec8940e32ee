"""A set that `gan-data prepare` has made, wherever it lies now; what it was made from need not be there."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from gan_runner.data.picture_set import as_source
from gan_runner.data.preparing.begun import JOURNAL
from gan_runner.data.preparing.recipe import Report
from gan_runner.data.preparing.store import MANIFEST, Prepared, open_prepared
from gan_runner.data.selection import Names, check_limit, select
from gan_runner.data.source import Source
from gan_runner.errors import UsageError


@dataclass(frozen=True)
class PreparedSet:
    """One prepared folder or several, and which of their pictures are wanted."""

    prepared: tuple[Prepared, ...]
    classes: Names | None
    limit: int | None

    @property
    def name(self) -> str:
        """The word for such data: that of what was prepared."""
        return "+".join(dict.fromkeys(str(one.manifest["name"]) for one in self.prepared))

    def source(self, report: Report) -> Source:
        """Return the set as training sees it; there is nothing to wait for."""
        source = as_source(self.name, self.prepared, [one.folder.resolve().name for one in self.prepared])
        if source.labels is None:
            if self.classes is not None:
                raise UsageError(f"data.classes: {self.prepared[0].folder} was prepared without labels; leave it out")
            return source if self.limit is None else source.part(torch.arange(min(self.limit, len(source))))
        if self.classes is None and self.limit is None:
            return source
        if len(self.prepared) == 1:
            index, labels, names = select(source.labels.numpy(), source.classes, self.classes, self.limit)
        else:
            index, labels, names = select(source.labels.numpy(), source.classes, self.classes, None)
            first = np.sort(np.concatenate([np.flatnonzero(labels == k)[: self.limit] for k in range(len(names))]))
            index, labels = index[first], labels[first]
        part = source.part(torch.from_numpy(index))
        return replace(part, labels=torch.from_numpy(labels), classes=names, digest=f"{part.digest} {names}")


def load(
    root: str | Sequence[str] | None = None, classes: Sequence[str | int] | None = None, limit: int | None = None
) -> PreparedSet:
    """Open the set prepared in the folder ``root``, or the sets of several folders, with a class for each.

    A folder without a manifest stands for the prepared folders inside it, by name. ``classes`` keeps only those and
    numbers them in the order given; ``limit`` then keeps the first so many pictures, of several sets the first so many
    of each. Raises UsageError if a folder is no prepared set or its files do not fit together, a set is missing from
    those prepared together, or two have one name or are the same.
    """
    if not root:
        raise ValueError("root: give the folder that gan-data prepare has made, data.root=DIR")
    check_limit(limit)
    roots = [root] if isinstance(root, str) else root
    folders = [found for one in roots for found in _folders(Path(os.path.expanduser(one)))]
    prepared = tuple(open_prepared(folder) for folder in folders)
    _refuse_alike(prepared)
    return PreparedSet(prepared, classes, limit)


def _refuse_alike(prepared: Sequence[Prepared]) -> None:
    """Raise UsageError if two sets, each a class by its folder's name, could not be told apart."""
    names: dict[str, Path] = {}
    digests: dict[str, Path] = {}
    for one in prepared:
        folder = one.folder.resolve()
        if (other := digests.setdefault(one.digest, folder)) != folder or names.get(folder.name) == folder:
            raise UsageError(f"{folder}: holds the same pictures as {other}; data.root takes each set once")
        if (other := names.setdefault(folder.name, folder)) != folder:
            raise UsageError(f"{folder} and {other} would be classes of one name; rename one of them")


def _folders(root: Path) -> list[Path]:
    """Return the prepared folders that ``root`` stands for; UsageError if one of them is begun only, or empty yet."""
    if (root / MANIFEST).is_file():
        return [root]
    inside = sorted(path.parent for path in root.glob(f"*/{MANIFEST}"))
    for folder in (path for path in root.glob("[!.]*") if path.is_dir()):
        begun = (folder / JOURNAL).is_file() and folder not in inside
        if begun or (inside and not any(folder.iterdir())):
            raise UsageError(
                f"{folder}: is not prepared to its end; type the same gan-data prepare again, or give the folders to "
                "train on, data.root=[DIR,DIR]"
            )
    return inside or [root]
