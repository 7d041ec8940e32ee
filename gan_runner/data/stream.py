"""An endless, resumable sequence of batches from a source."""

import hashlib

import torch
from torch import Tensor

from gan_runner.data.source import Source
from gan_runner.types import Batch


class Stream:
    """Batches without end, in an order that is a function of ``seed`` alone.

    Epoch e visits all N samples in a random order p_e that depends on ``(seed, e)`` only, and position i of the endless
    sequence is sample p_{i // N}[i % N]. A batch is the next ``batch_size`` positions: it may straddle epochs, and
    nothing is dropped. So the whole state is the number of samples drawn, and a restart repeats the rest bit for bit.

    The samples live on the device as they are stored (uint8 for pictures: 47 MB for MNIST), and are scaled there, per
    batch. ``shuffle=False`` visits them in their own order in every epoch.
    """

    def __init__(self, source: Source, batch_size: int, seed: int, device: torch.device, shuffle: bool = True) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be a number of samples, got {batch_size}; allowed 1 or more")
        self._source = source
        self._samples = source.samples.to(device)
        self._labels = None if source.labels is None else source.labels.to(device)
        self._batch_size = batch_size
        self._seed = seed
        self._shuffle = shuffle
        self._drawn = 0
        self._epoch = -1
        self._order = torch.empty(0, dtype=torch.int64)

    def next(self) -> Batch:
        """Return the next batch: ``real`` ``[batch_size, *shape]`` float32, ``labels`` ``[batch_size]`` or None."""
        parts = []
        position, end = self._drawn, self._drawn + self._batch_size
        while position < end:
            part = self._rest_of_epoch(position)[: end - position]
            parts.append(part)
            position += len(part)
        index = parts[0] if len(parts) == 1 else torch.cat(parts)
        real = self._source.normalize(self._samples.index_select(0, index))
        labels = None if self._labels is None else self._labels.index_select(0, index)
        self._drawn = end
        return Batch(real, labels)

    def state_dict(self) -> dict[str, int]:
        """Return ``{"drawn": number of samples drawn so far}``."""
        return {"drawn": self._drawn}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on after ``state["drawn"]`` samples, as if they had been drawn here."""
        self._drawn = state["drawn"]

    def _rest_of_epoch(self, position: int) -> Tensor:
        """Return the 1 to N sample indices from ``position`` to the end of its epoch, on the device."""
        epoch, start = divmod(position, len(self._source))
        if epoch != self._epoch:
            self._epoch = epoch
            self._order = self._draw_order(epoch).to(self._samples.device)
        return self._order[start:]

    def _draw_order(self, epoch: int) -> Tensor:
        """Return the order of one epoch, drawn on the CPU so that it is the same on every device."""
        if not self._shuffle:
            return torch.arange(len(self._source))
        digest = hashlib.blake2b(f"{self._seed} epoch {epoch}".encode(), digest_size=8).digest()
        generator = torch.Generator().manual_seed(int.from_bytes(digest, "big"))
        return torch.randperm(len(self._source), generator=generator)
