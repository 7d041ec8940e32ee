"""Encoded pictures and how they are to be prepared: what a data choice gives when decoding comes first."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from gan_runner.cachedir import cache_dir
from gan_runner.data.encoded.base import Collection
from gan_runner.data.preparing.begun import clear_stale, head_of, key
from gan_runner.data.preparing.prepare import prepare
from gan_runner.data.preparing.recipe import OnError as OnError
from gan_runner.data.preparing.recipe import Recipe
from gan_runner.data.preparing.recipe import Report as Report
from gan_runner.data.preparing.store import HEADER, Prepared, is_prepared
from gan_runner.data.preparing.workers import Workers
from gan_runner.data.rows import Array, FileRows
from gan_runner.data.source import Source
from gan_runner.errors import UsageError

IN_MEMORY = 512 * 2**20
"""Bytes of pictures up to which a prepared set is read into memory, where it is gathered fastest."""


@dataclass(frozen=True)
class PictureSet:
    """Pictures to be decoded once, by one recipe, before training.

    Each of ``parts`` becomes an array of its own, so that sets that share a part share the work. A single part's labels
    are its records'; of several parts the labels are their numbers and the classes their names, ``part_names``.
    ``on_error``: ``stop`` at the first broken picture, or ``skip`` up to 1 % of a part.
    """

    name: str
    parts: tuple[Collection, ...]
    recipe: Recipe
    on_error: OnError = "stop"
    part_names: tuple[str, ...] = ()

    def folders(self, out: Path | None = None) -> list[Path]:
        """Return where each part is prepared: in ``out``, or by what it depends on in the cache."""
        if out is not None:
            return [out / name for name in self.part_names] if len(self.parts) > 1 else [out]
        kept = cache_dir() / "prepared"
        return [
            kept / f"{part.name.replace(' ', '-')}-{self.recipe.size}-{key(head_of(part, self.recipe))[:16]}"
            for part in self.parts
        ]

    def prepare(self, report: Report, out: Path | None = None, jobs: int | None = None) -> list[Prepared]:
        """Prepare every part that is not prepared yet, and open them all.

        Of several parts all folders are made first: an empty one tells `data=prepared` that its part is missing.
        """
        folders = self.folders(out)
        for part, folder in zip(self.parts, folders, strict=True):
            if out is None and not is_prepared(folder):
                clear_stale(folder, head_of(part, self.recipe))
            folder.mkdir(parents=True, exist_ok=True)
        return [
            prepare(part, self.recipe, self.on_error, folder, report, jobs)
            for part, folder in zip(self.parts, folders, strict=True)
        ]

    @property
    def is_prepared(self) -> bool:
        """Whether every part lies decoded in the cache."""
        return all(is_prepared(folder) for folder in self.folders())

    def outline(self) -> Source:
        """Return the set as it will be, without its pixels: shape, classes and count, in tensors that hold nothing.

        Networks and metrics are checked on it before hours go into decoding. Where grey or colour is for the first
        pictures to say, a process looks at those. Broken pictures that will be passed over are still counted.
        """
        with Workers(self.parts[0], self.recipe, jobs=1) as workers:
            recipe = workers.channels()
        assert recipe.channels is not None
        count = sum(len(part) for part in self.parts)
        classes = self.part_names if len(self.parts) > 1 else self.parts[0].classes
        return Source(
            name=self.name,
            samples=torch.empty((count, recipe.channels, recipe.size, recipe.size), dtype=torch.uint8, device="meta"),
            labels=torch.empty(count, dtype=torch.int64, device="meta") if classes else None,
            classes=tuple(classes),
        )

    def source(self, report: Report) -> Source:
        """Return the set as training sees it, prepared first if need be."""
        return as_source(self.name, self.prepare(report), self.part_names)


def as_source(name: str, prepared: Sequence[Prepared], part_names: Sequence[str]) -> Source:
    """Return prepared sets, one after the other, as one source: in memory up to 512 MiB, else on the disk.

    Several sets are labelled by their number, with ``part_names`` for classes; a single one keeps its labels. Raises
    UsageError if their pictures differ in size or colour, or are no longer those that were written: that is looked at
    where all are read anyway, a second for 512 MiB.
    """
    for other in prepared[1:]:
        if other.shape[1:] != prepared[0].shape[1:]:
            raise UsageError(
                f"{other.folder} holds pictures of {list(other.shape[1:])}, {prepared[0].folder} of "
                f"{list(prepared[0].shape[1:])}; give both the same data.size and data.channels"
            )
    rows = FileRows([Array(one.samples, HEADER, one.shape) for one in prepared])
    classes = tuple(part_names) if len(prepared) > 1 else prepared[0].classes
    own = [torch.from_numpy(one.labels()).long() for one in prepared]
    labels = own[0] if classes else None
    if len(prepared) > 1:
        labels = torch.repeat_interleave(torch.tensor([one.shape[0] for one in prepared]))
    return Source(
        name=name,
        samples=_loaded(rows, prepared) if rows.nbytes <= IN_MEMORY else rows,
        labels=labels,
        classes=classes,
        digest=" ".join(one.digest for one in prepared),
    )


def _loaded(rows: FileRows, prepared: Sequence[Prepared]) -> Tensor:
    """Return all rows in memory, once they are known to be those that were written."""
    samples = rows.load()
    start = 0
    for one in prepared:
        end = start + one.shape[0]
        one.refuse_other_pixels(hashlib.sha256(samples[start:end].numpy().data).hexdigest())
        start = end
    return samples
