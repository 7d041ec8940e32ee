"""Randomness: one seed, named streams derived from it, and the whole state of every generator training uses."""

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from gan_runner.training.parallel import tell


def derive(seed: int, *names: str | int) -> int:
    """Return a 63-bit seed that depends on ``seed`` and ``names`` alone, so that named streams never overlap."""
    text = "/".join(map(str, (seed, *names)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def seed_everything(seed: int) -> None:
    """Seed Python's, numpy's and torch's global generators (all devices)."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def rng_state() -> dict[str, Any]:
    """Return the state of every global generator, as plain values that ``torch.load(weights_only=True)`` accepts."""
    name, keys, position, has_gauss, cached = np.random.get_state(legacy=True)
    return {
        "python": random.getstate(),
        "numpy": [name, [int(key) for key in keys], position, has_gauss, cached],
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "mps": torch.mps.get_rng_state() if torch.backends.mps.is_available() else None,
    }


def restore_rng_state(state: dict[str, Any]) -> None:
    """Put every global generator back; GPU generators only as far as this machine has the GPUs."""
    version, words, gauss = state["python"]
    random.setstate((version, tuple(words), gauss))
    name, keys, position, has_gauss, cached = state["numpy"]
    np.random.set_state((name, np.array(keys, dtype=np.uint32), position, has_gauss, cached))
    torch.set_rng_state(state["torch"])
    for index, generator in enumerate(state["cuda"][: torch.cuda.device_count()]):
        torch.cuda.set_rng_state(generator, index)
    if state["mps"] is not None and torch.backends.mps.is_available():
        torch.mps.set_rng_state(state["mps"])


def equalise_rng(device: torch.device) -> None:
    """Bring this rank's generators, those of the CPU and of its own GPU, into the state of the first rank's."""
    torch.set_rng_state(tell(torch.get_rng_state()))
    if device.type == "cuda":  # a checkpoint knows the first rank's GPU under the first rank's number
        torch.cuda.set_rng_state(tell(torch.cuda.get_rng_state(device)), device)


@contextmanager
def isolated_rng() -> Iterator[None]:
    """Let the body draw what it likes from the global generators and put them back afterwards.

    Looking at a run (sampling, evaluating) must not change it.
    """
    state = rng_state()
    try:
        yield
    finally:
        restore_rng_state(state)
