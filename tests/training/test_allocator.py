"""What a step frees is used again by the next one instead of being fetched anew from the system."""

import platform
import subprocess
import sys

import pytest

from gan_runner.training import allocator

PROGRAM = """
import resource, sys, torch
from gan_runner.training.allocator import keep_freed_memory

torch.set_num_threads(1)
if sys.argv[1] == "keep":
    assert keep_freed_memory() and keep_freed_memory()
def step():
    for count in (2**21, 2**22, 2**23):
        torch.ones(count)
for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has another allocator")
def test_steps_fault_no_pages_in_any_more() -> None:
    faults = [
        int(subprocess.run([sys.executable, "-c", PROGRAM, which], capture_output=True, text=True, check=True).stdout)
        for which in ("stock", "keep")
    ]
    assert faults[1] < 100
    assert faults[1] < faults[0] / 5


def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not allocator.keep_freed_memory()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(allocator.ctypes, "CDLL", lambda _: object())
    assert not allocator.keep_freed_memory()


def test_an_older_malloc_that_refuses_the_larger_bound_takes_the_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    class Older:
        def mallopt(self, name: int, value: int) -> int:
            asked.append((name, value))
            return int(name != -3 or value <= 2**25)

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(allocator.ctypes, "CDLL", lambda _: Older())
    assert allocator.keep_freed_memory()
    assert asked == [(-3, 2**30), (-3, 2**25), (-1, 2**31 - 1)]
