"""How a machine is divided."""

import pytest
import torch

from gan_runner.sweeps import slots
from gan_runner.sweeps.slots import make_slots, threads_wanted

GIB = 2**30


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Eight cores, plenty of memory, no GPU."""
    monkeypatch.setattr(slots, "cores", lambda: 8)
    monkeypatch.setattr(slots, "_memory", lambda: 100 * GIB)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for name in ("CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("jobs", "wanted", "threads", "count"),
    [
        (24, None, None, 8),
        (3, None, None, 3),
        (24, None, 2, 4),
        (24, None, 16, 1),
        (24, 12, None, 12),
        (2, 12, None, 2),
    ],
)
def test_on_a_cpu_slots_times_threads_are_the_cores(
    machine: pytest.MonkeyPatch, jobs: int, wanted: int | None, threads: int | None, count: int
) -> None:
    found = make_slots(jobs, wanted, "auto", threads)
    assert [slot.number for slot in found] == list(range(count))
    assert all(slot.gpu is None for slot in found)


def test_memory_limits_what_nobody_asked_for(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(slots, "_memory", lambda: int(3.5 * GIB))
    assert len(make_slots(24, None, "cpu", None)) == 2
    assert len(make_slots(24, 5, "cpu", None)) == 5
    machine.setattr(slots, "_memory", lambda: GIB)
    assert len(make_slots(24, None, "cpu", None)) == 1


def test_this_machines_memory_is_told_in_bytes() -> None:
    assert GIB // 8 < slots._memory() < 2**50 + 1


def test_a_gpu_each_and_round_again_where_more_are_asked_for(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(torch.cuda, "device_count", lambda: 2)
    assert [slot.gpu for slot in make_slots(24, None, "auto", None)] == ["0", "1"]
    assert [slot.gpu for slot in make_slots(24, 5, "cuda", None)] == ["0", "1", "0", "1", "0"]
    machine.setenv("CUDA_VISIBLE_DEVICES", "3, GPU-7f")
    assert [slot.gpu for slot in make_slots(24, None, "cuda", None)] == ["3", "GPU-7f"]
    assert [slot.gpu for slot in make_slots(24, None, "cuda:1", None)] == [None]
    assert [slot.gpu for slot in make_slots(24, None, "cpu", 4)] == [None, None]


def test_threads_as_typed_or_as_the_environment_says(machine: pytest.MonkeyPatch) -> None:
    assert threads_wanted(None) is None
    machine.setenv("OMP_NUM_THREADS", "3")
    assert (threads_wanted(None), threads_wanted(2)) == (3, 2)
    machine.setenv("OMP_NUM_THREADS", "2,1")  # of nested regions: torch's own business
    assert threads_wanted(None) is None
