"""What a step costs in operations, what the machine could do at best, and which machine it is."""

import os
import platform
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from gan_runner.reporting.runfile import describe_environment


def flops(step: Callable[[], object]) -> int:
    """Return the floating-point operations of the matrix products and convolutions in one ``step``, two a product."""
    with FlopCounterMode(display=False) as counter:
        step()
    return int(counter.get_total_flops())


def matrix_peak(device: torch.device, dtype: torch.dtype = torch.float32, size: int = 2048, tries: int = 10) -> float:
    """Return the best GFLOP/s of some products of two square matrices, under torch's switches as they stand."""
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    seconds = []
    for _ in range(tries + 1):  # what is set up once makes the first no candidate
        start = time.perf_counter()
        a @ b
        if device.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return 2 * size**3 / min(seconds) / 1e9


def provenance(threads: int) -> dict[str, Any]:
    """Return what a figure has to be read with: machine, load, versions, date, threads and commit."""
    environment = describe_environment()
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": environment["git_commit"],
        "processor": processor(),
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "platform": environment["platform"],
        "versions": environment["versions"],
        "threads": threads,
    }


def processor() -> str:
    """Return the processor's name."""
    facts = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.*)$", facts.read_text(), re.MULTILINE) if facts.exists() else None
    return found[1] if found else platform.processor() or platform.machine()
