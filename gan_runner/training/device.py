"""Where and how exactly the arithmetic is done."""

import functools
import os
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import torch

from gan_runner import ranks
from gan_runner.errors import UsageError

Precision = Literal["fp32", "fast", "bf16"]
TORCH_THREADS = torch.get_num_threads()
"""Torch's own choice, kept because an earlier run in this process (a sweep's) may have set another."""


def pick_device(name: str) -> torch.device:
    """Return the device called ``name`` (auto, cpu, cuda, cuda:N, mps), or raise UsageError if it is not there.

    Each of several ranks gets a GPU of its own.
    """
    if ranks.size() > 1 and name != "cpu":
        return _own_gpu(name)
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


def _own_gpu(name: str) -> torch.device:
    if name not in ("auto", "cuda"):
        raise UsageError(f"device={name} with several processes; allowed: auto, cuda (a GPU each) or cpu")
    count = torch.cuda.device_count()
    if name == "auto" and count == 0:
        return torch.device("cpu")
    if ranks.local() >= count:
        raise UsageError(
            f"device={name}: this machine shows {count} CUDA devices and has more processes; give torchrun "
            f"--nproc-per-node={max(count, 1)}, or use device=cpu"
        )
    torch.cuda.set_device(ranks.local())
    return torch.device("cuda", ranks.local())


def configure(device: torch.device, precision: Precision, deterministic: bool, threads: int | None) -> None:
    """Set torch's process-wide switches: TF32, deterministic kernels, CPU threads, and the CPU's matrix products."""
    torch.set_num_threads(threads or TORCH_THREADS)
    torch.set_float32_matmul_precision(_products(device, precision))
    torch.backends.cudnn.allow_tf32 = precision == "fast"
    torch.backends.cudnn.benchmark = not deterministic
    if deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    if deterministic != torch.are_deterministic_algorithms_enabled():  # to be told it again costs torch a second
        torch.use_deterministic_algorithms(deterministic)


def _products(device: torch.device, precision: Precision) -> str:
    """Return torch's word for how float32 matrix products may be computed."""
    if device.type == "cpu":
        return "medium" if bf16_hint_is_exact() else "highest"
    return "high" if precision == "fast" else "highest"


@functools.cache
def bf16_hint_is_exact() -> bool:
    """Return whether the CPU computes float32 products exactly even when told that bf16 would do ("medium").

    The hint moves products from MKL to oneDNN, which on processors without bf16 matrix units computes in float32 all
    the same and, on AMD's, twice as fast. Where it really rounds to bf16 the error is a thousand times larger.
    """
    generator = torch.Generator().manual_seed(0)
    a, b = (torch.randn(256, 256, generator=generator) for _ in range(2))
    exact = a.double() @ b.double()
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    error = (a @ b - exact).abs().max() / exact.abs().max()
    torch.set_float32_matmul_precision(before)
    return bool(error < 1e-5)


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[object]:
    """Return the context in which a turn is played: bf16 products and convolutions, or nothing."""
    return torch.autocast(device.type, dtype=torch.bfloat16) if precision == "bf16" else nullcontext()
