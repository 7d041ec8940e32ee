"""The processes that train one run together, its ranks. Each has its share of every batch; alone, all here is nothing.

Random numbers need no word between them: every rank draws those of the whole batch, from generators in the same state,
and keeps the ones of its share (`whole`). So ranks together are one process cut in slices, whatever their number.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from gan_runner.errors import TrainingFailedError

PATIENCE = timedelta(days=1)
"""How long the ranks wait while the first alone samples, evaluates or saves."""
SILENCE = timedelta(seconds=60)
"""How long they wait for each other within a step. A process that ends is noticed at once all the same."""


class LostError(TrainingFailedError):
    """Another process of the run has ended, or can no longer be reached."""


@dataclass
class _Place:
    rank: int = 0
    size: int = 1
    tensors: Any = None
    """The group for tensors, on whatever device they are; the group for all else is torch's own, on the CPU."""


_place = _Place()


def rank() -> int:
    """Return which of the ranks this process is, from 0; the first alone writes, samples and evaluates."""
    return _place.rank


def size() -> int:
    """Return the number of ranks that are at work together just now."""
    return _place.size


@contextlib.contextmanager
def joined() -> Iterator[None]:
    """Be one of the ranks that torchrun started: RANK of WORLD_SIZE, who meet at MASTER_ADDR and MASTER_PORT.

    They part at the end of the body, but not after an error in it: there may be nobody left to take leave of. The
    process should then end by ``os._exit``.
    """
    with reaching():
        dist.init_process_group("gloo", timeout=PATIENCE)
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
        tensors = dist.new_group(backend=backend, timeout=SILENCE)
        dist.barrier()  # whoever ends from here on does so among others who know of it
    _place.rank, _place.size, _place.tensors = dist.get_rank(), dist.get_world_size(), tensors
    yield
    with reaching():
        dist.barrier()
    _place.rank, _place.size, _place.tensors = 0, 1, None
    dist.destroy_process_group()


def local() -> int:
    """Return which of this machine's ranks this process is, from 0: the number of its GPU."""
    return int(os.environ["LOCAL_RANK"])


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let the body run as if this process were the only one: what one rank does while the others wait."""
    before, _place.size = _place.size, 1
    try:
        yield
    finally:
        _place.size = before


def share(count: int) -> slice:
    """Return where this rank's ``count`` samples are in the whole batch."""
    start = _place.rank * count if _place.size > 1 else 0
    return slice(start, start + count)


def whole(draw: Callable[[Tensor], Tensor], samples: Tensor) -> Tensor:
    """Return ``draw(samples)``, whose random numbers for ``samples`` ``[b, ...]`` are those of one process.

    ``draw`` is given as many samples as the whole batch has and only this rank's part of the result is kept: that costs
    the drawing of the other ranks' numbers, too.
    """
    if _place.size == 1:
        return draw(samples)
    return draw(torch.cat([samples] * _place.size))[share(len(samples))]


def gather(values: Tensor) -> Tensor:
    """Return every rank's ``values`` ``[b, ...]``, one after the other: those of the whole batch; differentiable."""
    if _place.size == 1:
        return values
    gathered: Tensor = _Gather.apply(values)
    return gathered


class _Gather(torch.autograd.Function):
    """Whatever a rank makes of the others' values belongs to their gradient, so it is sent back to them."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        values = values.contiguous()
        parts = [torch.empty_like(values) for _ in range(_place.size)]
        with reaching():
            dist.all_gather(parts, values, group=_place.tensors)
        return torch.cat(parts)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (gradient,) = gradients
        total = gradient.contiguous().clone()
        with reaching():
            dist.all_reduce(total, group=_place.tensors)
        return total[share(len(total) // _place.size)]


@torch.no_grad()
def average_(tensors: Sequence[Tensor]) -> None:
    """Replace ``tensors`` of one type by their means over the ranks, in a single exchange."""
    if _place.size > 1:
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        with reaching():
            dist.all_reduce(flat, group=_place.tensors)
        _spread(flat / _place.size, tensors)


@torch.no_grad()
def equalise_(tensors: Sequence[Tensor]) -> None:
    """Replace ``tensors`` by those of the first rank."""
    if _place.size > 1:
        for tensor in tensors:
            kept = tensor.contiguous()
            with reaching():
                dist.broadcast(kept, 0, group=_place.tensors)
            tensor.copy_(kept)


def _spread(flat: Tensor, tensors: Sequence[Tensor]) -> None:
    parts = torch.split(flat, [tensor.numel() for tensor in tensors])
    torch._foreach_copy_(list(tensors), [part.view(one.shape) for part, one in zip(parts, tensors, strict=True)])


@contextlib.contextmanager
def reaching() -> Iterator[None]:
    """Turn what goes wrong in the body, where ranks wait for each other, into a LostError."""
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        raise LostError(
            f"rank {_place.rank} of {_place.size} has lost another process of this run: it has ended (its own last "
            "words say why) or cannot be reached"
        ) from error
