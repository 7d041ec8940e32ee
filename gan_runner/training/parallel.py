"""What the ranks of a run agree on: who does what, whether it went well, and when to stop."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import torch
import torch.distributed as dist

from gan_runner import ranks
from gan_runner.training.stop import StopRequest

T = TypeVar("T")


def largest(number: int) -> int:
    """Return the largest of the ranks' numbers."""
    if ranks.size() == 1:
        return number
    return max(_numbers(number))


def asked_to_stop(stop: StopRequest) -> bool:
    """Return whether any of the ranks was asked to stop; at one step all hear the same.

    Of several it costs each step an exchange between their CPUs, 0.1 to 0.3 ms on one machine.
    """
    number = largest(stop.signal or 0)
    if number:
        stop.signal = number
    return number > 0


def tell(value: T) -> T:
    """Return the first rank's ``value``; what the others give is dropped."""
    if ranks.size() == 1:
        return value
    box: list[Any] = [value if ranks.rank() == 0 else None]
    with ranks.reaching():
        dist.broadcast_object_list(box, 0)
    told: T = box[0]
    return told


def once(work: Callable[..., T], *arguments: Any) -> T:
    """Return what ``work(*arguments)`` returns on the first rank, which alone does it while the others wait.

    If it raises there, the others end without a word, with the exit code of that error.
    """
    if ranks.size() == 1:
        return work(*arguments)
    result: T | None = None
    with together():
        if ranks.rank() == 0:
            with ranks.alone():
                result = work(*arguments)
    return tell(result)  # type: ignore[return-value]


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Let all ranks come through the body or none: if it raises on some, the first of those says why, the others end.

    They end without a word, with the same exit code. In the body no rank may wait for another.
    """
    error: Exception | None = None
    try:
        yield
    except Exception as raised:
        if ranks.size() == 1:
            raise
        error = raised
    if ranks.size() == 1:
        return
    codes = _numbers(0 if error is None else getattr(error, "exit_code", 1))
    failed = [number for number, code in enumerate(codes) if code]
    if failed and failed[0] == ranks.rank():
        assert error is not None
        raise error
    if failed:
        raise SystemExit(codes[failed[0]])


def _numbers(number: int) -> list[int]:
    """Return each rank's number."""
    parts = [torch.zeros(1, dtype=torch.int64) for _ in range(ranks.size())]
    with ranks.reaching():
        dist.all_gather(parts, torch.tensor([number]))
    return [int(part) for part in parts]
