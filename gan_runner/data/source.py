"""A data set as the rest of the program sees it: its samples, their labels, and how to scale them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import torch
from torch import Tensor

from gan_runner.data.rows import FileRows
from gan_runner.types import Shape


@dataclass(frozen=True)
class Mixture:
    """The true distribution behind sampled points: equally likely isotropic Gaussians.

    ``centres`` is ``[K, D]`` float32, ``sd`` the standard deviation of each mode along each axis.
    """

    centres: Tensor
    sd: float


@dataclass(frozen=True)
class Source:
    """All samples of a data set.

    ``samples`` is uint8 ``[N, C, H, W]`` for pictures or float32 ``[N, D]`` for points; rows on the disk if they would
    fill the memory. ``labels`` is int64 ``[N]`` or None; ``classes`` names each label. Pictures are scaled from 0..255
    to ``low..high``; points stay as they are. ``digest`` stands for the samples and labels where hashing them here
    would mean reading the disk.
    """

    name: str
    samples: Tensor | FileRows
    labels: Tensor | None = None
    classes: tuple[str, ...] = ()
    low: float = -1.0
    high: float = 1.0
    mixture: Mixture | None = None
    digest: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.samples, FileRows) and self.digest is None:
            raise ValueError("samples on the disk come with the digest that was computed when they were written")

    def __len__(self) -> int:
        return self.samples.shape[0]

    @property
    def shape(self) -> Shape:
        """The shape of one sample: ``(C, H, W)`` or ``(D,)``."""
        return tuple(self.samples.shape[1:])

    @property
    def is_points(self) -> bool:
        """Whether the samples are points rather than pictures."""
        return len(self.samples.shape) == 2

    def take(self, index: Tensor) -> Tensor:
        """Return the raw samples at ``index`` ``[n]``, in memory."""
        return self.samples.take(index) if isinstance(self.samples, FileRows) else self.samples.index_select(0, index)

    def part(self, index: Tensor) -> "Source":
        """Return the source of the samples at ``index`` ``[n]``: a copy, or for rows on the disk a view."""
        samples = self.samples.part(index) if isinstance(self.samples, FileRows) else self.take(index)
        labels = None if self.labels is None else self.labels[index]
        digest = self.digest and hashlib.sha256(self.digest.encode() + index.numpy().tobytes()).hexdigest()
        return replace(self, samples=samples, labels=labels, digest=digest)

    def normalize(self, samples: Tensor) -> Tensor:
        """Return raw samples (uint8 pictures or float points) as the float32 that networks see."""
        if self.is_points:
            return samples
        return samples.float().mul_((self.high - self.low) / 255.0).add_(self.low)

    def facts(self) -> dict[str, Any]:
        """Return what a checkpoint keeps of the data, so that samples can be drawn where the data are not."""
        facts = {"name": self.name, "count": len(self), "shape": list(self.shape), "classes": list(self.classes)}
        return facts | {"labelled": self.labels is not None, "low": self.low, "high": self.high}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Self:
        """Return the source that ``facts`` are of, in tensors that hold nothing; ValueError if no samples are so."""
        if len(facts["shape"]) not in (1, 3) or min(facts["count"], *facts["shape"]) < 1:
            raise ValueError(f"{facts['count']} samples of shape {facts['shape']}; allowed: pictures or points")
        count, kind = facts["count"], torch.uint8 if len(facts["shape"]) > 1 else torch.float32
        return cls(
            name=facts["name"],
            samples=torch.empty((count, *facts["shape"]), dtype=kind, device="meta"),
            labels=torch.empty(count, dtype=torch.int64, device="meta") if facts["labelled"] else None,
            classes=tuple(facts["classes"]),
            low=facts["low"],
            high=facts["high"],
        )

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the samples, the labels and their order: two sources with one fingerprint train alike."""
        if self.digest is not None:
            return hashlib.sha256(f"{self.digest} {self.low} {self.high}".encode()).hexdigest()
        assert isinstance(self.samples, Tensor)
        digest = hashlib.sha256(f"{tuple(self.samples.shape)} {self.samples.dtype} {self.low} {self.high}".encode())
        digest.update(self.samples.contiguous().numpy().data)
        if self.labels is not None:
            digest.update(self.labels.to(torch.int64).contiguous().numpy().data)
        return digest.hexdigest()
