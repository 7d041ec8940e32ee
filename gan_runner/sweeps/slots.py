"""How many jobs run at a time, and what each may use."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from gan_runner.data.processes import cores

BYTES_A_JOB = 1.5 * 2**30
"""What a small run takes: torch alone has half a GiB."""


@dataclass(frozen=True)
class Slot:
    """A place for one job at a time. ``gpu`` is its word for CUDA_VISIBLE_DEVICES; None: all that this process sees."""

    number: int
    gpu: str | None = None


def gpus(device: str) -> list[str]:
    """Return what CUDA_VISIBLE_DEVICES calls each GPU that jobs with ``device=DEVICE`` can be spread over."""
    count = torch.cuda.device_count() if device in ("auto", "cuda") else 0
    outer = [word.strip() for word in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if word.strip()]
    return (outer or [str(number) for number in range(count)])[:count]


def threads_wanted(typed: int | None) -> int | None:
    """Return the CPU threads a job is to have: as typed, else as OMP_NUM_THREADS says, else None."""
    outer = os.environ.get("OMP_NUM_THREADS", "")
    return typed or (int(outer) if outer.isdecimal() and int(outer) else None)


def make_slots(jobs: int, wanted: int | None, device: str, threads: int | None) -> list[Slot]:
    """Return the slots for ``jobs`` jobs: ``wanted``, or one a GPU, or so many that ``threads`` each fill all cores.

    Without a number of threads a core each is the fastest for small networks: the arithmetic of one step is too little
    to be worth dividing. No more run at a time than there are jobs and, on the CPU, than memory holds.
    """
    names: Sequence[str | None] = gpus(device)
    if not names:
        names = [None]
        alone = device.startswith(("cuda:", "mps")) or (device == "auto" and torch.backends.mps.is_available())
        count = wanted or (1 if alone else min(cores() // (threads or 1), _memory() // int(BYTES_A_JOB)))
    else:
        count = wanted or len(names)
    return [Slot(number, names[number % len(names)]) for number in range(max(min(count, jobs), 1))]


def _memory() -> int:
    """Return the bytes of memory that could be had now; where the system does not tell, more than enough."""
    free = [1 << 50]
    with contextlib.suppress(OSError):  # another system than Linux
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    with contextlib.suppress(OSError, ValueError):  # no limit, the word for which is "max"
        free.append(int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    return min(free)
