"""Where the raw samples of a batch come from: the device's memory, or the disk, read ahead."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

import torch
from torch import Tensor

from gan_runner import ranks
from gan_runner.data.order import Order
from gan_runner.data.rows import FileRows

AHEAD = 4
"""Batches read before they are asked for: the longest stall of the disk, in steps, that training does not feel."""
READERS = 2
"""Threads that read; a disk or a network answers two requests in little more time than one."""
SLAB = 4096


Fetched = tuple[Tensor, Tensor]
"""The sample numbers ``[B]`` of a batch and its raw samples ``[B, *shape]``."""


class Resident:
    """All samples on the device, gathered there."""

    def __init__(self, samples: Tensor) -> None:
        self._samples = samples
        self.index_device = samples.device

    def fetch(self, order: Order, position: int, count: int) -> Fetched:
        """Return the samples at ``count`` positions of the order from ``position`` on."""
        index = order.at(position, count)
        return index, self._samples.index_select(0, index)

    def close(self) -> None:
        """Nothing is read, so there is nothing to end."""


class ReadAhead:
    """Samples on the disk: while a batch is trained on, threads read the ones after it, pinned for a GPU.

    The threads end at ``close``, which whoever made it calls.
    """

    index_device = torch.device("cpu")

    def __init__(self, rows: FileRows, device: torch.device) -> None:
        self._rows = rows
        self._device = device
        self._pin = device.type == "cuda"
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="read-ahead")
        self._ahead: deque[tuple[int, Tensor, Future[Tensor]]] = deque()

    def fetch(self, order: Order, position: int, count: int) -> Fetched:
        """Return the samples at ``count`` positions of the order from ``position`` on; see to the ones after them.

        Those are this rank's next: the shares of the other ranks lie between.
        """
        if not self._ahead or self._ahead[0][0] != position:
            self._drop()
        while len(self._ahead) <= AHEAD:
            start = self._ahead[-1][0] + count * ranks.size() if self._ahead else position
            index = order.at(start, count)
            self._ahead.append((start, index, self._readers.submit(self._read, index)))
        _, index, samples = self._ahead.popleft()
        return index, samples.result().to(self._device, non_blocking=True)

    def close(self) -> None:
        """End the threads: a read under way is waited for, those not begun are dropped."""
        self._drop()
        self._readers.shutdown(wait=True)

    def _drop(self) -> None:
        """Forget what was to be read ahead; the disk is not to be kept busy with it."""
        while self._ahead:
            self._ahead.pop()[2].cancel()

    def _read(self, index: Tensor) -> Tensor:
        samples = self._rows.take(index)
        return samples.pin_memory() if self._pin else samples


def fetcher(samples: Tensor | FileRows, device: torch.device) -> Resident | ReadAhead:
    """Return the fastest way to fetch memory allows: rows on the disk move to a GPU with four times the room."""
    if isinstance(samples, Tensor):
        return Resident(samples.to(device))
    if device.type == "cuda" and samples.nbytes < torch.cuda.mem_get_info(device)[0] / 4:
        return Resident(_moved(samples, device))
    return ReadAhead(samples, device)


def _moved(rows: FileRows, device: torch.device) -> Tensor:
    """Return all rows on the device, through a buffer of some thousand."""
    moved = torch.empty(rows.shape, dtype=torch.uint8, device=device)
    for index in torch.split(torch.arange(len(rows)), SLAB):
        moved[index[0] : index[-1] + 1] = rows.take(index).to(device)
    return moved
