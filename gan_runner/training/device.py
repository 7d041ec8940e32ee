"""Where and how exactly the arithmetic is done."""

import os
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import torch

from gan_runner.errors import UsageError

Precision = Literal["fp32", "fast", "bf16"]
TORCH_THREADS = torch.get_num_threads()
"""Torch's own choice, kept because an earlier run in this process (a sweep's) may have set another."""


def pick_device(name: str) -> torch.device:
    """Return the device called ``name`` (auto, cpu, cuda, cuda:N, mps), or raise UsageError if it is not there."""
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    kind, colon, index = name.partition(":")
    if kind not in ("cpu", "cuda", "mps") or (colon and not (kind == "cuda" and index.isdigit())):
        raise UsageError(f"device={name}: no such device; allowed: auto, cpu, cuda, cuda:N, mps")
    if kind == "cuda" and int(index or 0) >= torch.cuda.device_count():
        seen = torch.cuda.device_count()
        raise UsageError(f"device={name}: this machine shows {seen} CUDA devices; use device=auto or device=cpu")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise UsageError(f"device={name}: this machine has no Metal device; use device=auto or device=cpu")
    return torch.device(name)


def configure(precision: Precision, deterministic: bool, threads: int | None) -> None:
    """Set torch's process-wide switches: TF32 products, deterministic kernels, CPU threads."""
    torch.set_num_threads(threads or TORCH_THREADS)
    torch.set_float32_matmul_precision("high" if precision == "fast" else "highest")
    torch.backends.cudnn.allow_tf32 = precision == "fast"
    torch.backends.cudnn.benchmark = not deterministic
    if deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(deterministic)


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[object]:
    """Return the context in which a turn is played: bf16 products and convolutions, or nothing."""
    return torch.autocast(device.type, dtype=torch.bfloat16) if precision == "bf16" else nullcontext()
