"""A data set as the rest of the program sees it: one tensor, its labels, and how to scale it."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

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

    ``samples`` is uint8 ``[N, C, H, W]`` for pictures or float32 ``[N, D]`` for points; ``labels`` is int64 ``[N]``
    or None; ``classes`` names each label. Pictures are scaled from 0..255 to ``low..high``; points stay as they are.
    """

    name: str
    samples: Tensor
    labels: Tensor | None = None
    classes: tuple[str, ...] = ()
    low: float = -1.0
    high: float = 1.0
    mixture: Mixture | None = None

    def __len__(self) -> int:
        return self.samples.shape[0]

    @property
    def shape(self) -> Shape:
        """The shape of one sample: ``(C, H, W)`` or ``(D,)``."""
        return tuple(self.samples.shape[1:])

    @property
    def is_points(self) -> bool:
        """Whether the samples are points rather than pictures."""
        return self.samples.dim() == 2

    def normalize(self, samples: Tensor) -> Tensor:
        """Return raw samples (uint8 pictures or float points) as the float32 that networks see."""
        if self.is_points:
            return samples
        return samples.float().mul_((self.high - self.low) / 255.0).add_(self.low)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the samples, the labels and their order: two sources with one fingerprint train alike."""
        digest = hashlib.sha256(f"{tuple(self.samples.shape)} {self.samples.dtype} {self.low} {self.high}".encode())
        digest.update(self.samples.contiguous().numpy().data)
        if self.labels is not None:
            digest.update(self.labels.to(torch.int64).contiguous().numpy().data)
        return digest.hexdigest()
