"""An endless, resumable sequence of batches from a source."""

import torch

from gan_runner import ranks
from gan_runner.data.fetch import fetcher
from gan_runner.data.order import Order
from gan_runner.data.source import Source
from gan_runner.errors import UsageError
from gan_runner.types import Batch


class Stream:
    """Batches without end, in an order that is a function of ``seed`` alone (`Order`).

    A batch is the next ``batch_size`` positions of that order: it may straddle epochs, and nothing is dropped. So the
    whole state is the number of samples drawn, and a restart repeats the rest bit for bit. Of several ranks each draws
    its share of every batch; the state is that of all together, so it does not depend on how many they are.

    The samples live on the device as they are stored (uint8 for pictures: 47 MB for MNIST), or on the disk if they
    would fill the memory, and are scaled on the device, per batch. ``shuffle=False`` visits them in their own order;
    ``flip`` mirrors each picture left to right with probability 1/2, anew in every epoch.
    """

    def __init__(
        self,
        source: Source,
        batch_size: int,
        seed: int,
        device: torch.device,
        shuffle: bool = True,
        flip: bool = False,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be a number of samples, got {batch_size}; allowed 1 or more")
        if flip:
            refuse_flipped_points(source)
        self._source = source
        self._batch_size = batch_size
        self._share = ranks.share(batch_size // ranks.size())
        self._device = device
        self._flip = flip
        self._drawn = 0
        self._fetcher = fetcher(source.samples, device)
        self._order = Order(len(source), seed, shuffle, self._fetcher.index_device)
        self._labels = None if source.labels is None else source.labels.to(device)

    def next(self) -> Batch:
        """Return the next batch: ``real`` ``[B, *shape]`` float32, ``labels`` ``[B]`` or None; B is a rank's share."""
        start, count = self._drawn + self._share.start, self._share.stop - self._share.start
        index, samples = self._fetcher.fetch(self._order, start, count)
        real = self._source.normalize(samples)
        if self._flip:
            coins = self._order.coins(start, count).to(self._device)
            real = torch.where(coins[:, None, None, None], real.flip(-1), real)
        labels = None if self._labels is None else self._labels.index_select(0, index.to(self._device))
        self._drawn += self._batch_size
        return Batch(real, labels)

    def state_dict(self) -> dict[str, int]:
        """Return ``{"drawn": number of samples drawn so far}``."""
        return {"drawn": self._drawn}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on after ``state["drawn"]`` samples, as if they had been drawn here."""
        self._drawn = state["drawn"]

    def close(self) -> None:
        """End the threads that read ahead, if there are any; nothing can be drawn afterwards."""
        self._fetcher.close()


def refuse_flipped_points(source: Source) -> None:
    """Raise UsageError if the samples are points, which have no left and right."""
    if source.is_points:
        raise UsageError(f"data.flip mirrors pictures; got data {source.name} (points); leave it out")
