import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from gan_runner.data import fetch
from gan_runner.data.fetch import AHEAD, READERS, ReadAhead, Resident, fetcher
from gan_runner.data.order import Order
from gan_runner.data.rows import Array, FileRows
from gan_runner.data.source import Source
from gan_runner.data.stream import Stream
from gan_runner.errors import UsageError

CPU = torch.device("cpu")


@pytest.fixture
def rows(tmp_path: Path) -> FileRows:
    content = np.arange(20 * 12, dtype=np.uint8).reshape(20, 3, 2, 2)
    (tmp_path / "rows.bin").write_bytes(content.tobytes())
    return FileRows([Array(tmp_path / "rows.bin", 0, content.shape)])


def sources(rows: FileRows) -> tuple[Source, Source]:
    """The same pictures and labels on the disk and in memory."""
    labels = torch.arange(20) % 3
    names = ("a", "b", "c")
    return Source("disk", rows, labels, names, digest="x"), Source("memory", rows.load(), labels, names)


def test_rows_stay_on_the_disk_and_tensors_in_memory(rows: FileRows) -> None:
    assert isinstance(fetcher(rows, CPU), ReadAhead)
    assert isinstance(fetcher(rows.load(), CPU), Resident)


@pytest.mark.parametrize("flip", [False, True])
def test_the_disk_gives_the_same_batches_as_memory(rows: FileRows, flip: bool) -> None:
    disk, memory = (Stream(source, 7, 5, CPU, flip=flip) for source in sources(rows))
    for _ in range(12):  # four epochs
        one, other = disk.next(), memory.next()
        assert torch.equal(one.real, other.real)
        assert one.labels is not None
        assert other.labels is not None
        assert torch.equal(one.labels, other.labels)


def test_a_stream_from_the_disk_can_be_set_back_and_forth(rows: FileRows) -> None:
    disk, memory = (Stream(source, 4, 5, CPU) for source in sources(rows))
    for drawn in (0, 36, 4, 8, 100, 0):
        for stream in (disk, memory):
            stream.load_state_dict({"drawn": drawn})
        assert torch.equal(disk.next().real, memory.next().real)
        assert torch.equal(disk.next().real, memory.next().real)


def test_the_next_batches_are_read_while_one_is_used(rows: FileRows, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[list[int]] = []
    take = FileRows.take

    def noted(self: FileRows, index: torch.Tensor) -> torch.Tensor:
        if self is rows:  # threads of an earlier test's stream may still be reading ahead
            taken.append(index.tolist())
        return take(self, index)

    monkeypatch.setattr(FileRows, "take", noted)
    read_ahead, order = ReadAhead(rows, CPU), Order(20, 0, False, CPU)
    index, samples = read_ahead.fetch(order, 0, 2)
    assert index.tolist() == [0, 1]
    assert samples.flatten()[0] == 0
    deadline = time.monotonic() + 10
    while len(taken) < 1 + AHEAD and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sorted(taken) == [[2 * i, 2 * i + 1] for i in range(1 + AHEAD)]


def test_what_goes_wrong_while_reading_ahead_is_told_at_its_batch(rows: FileRows, tmp_path: Path) -> None:
    stream = Stream(sources(rows)[0], 2, 0, CPU, shuffle=False)
    (tmp_path / "rows.bin").write_bytes(bytes(4 * 12))
    stream.next()
    stream.next()
    with pytest.raises(UsageError, match="cut short"):
        stream.next()


def test_a_closed_stream_has_no_threads_and_reads_no_more(rows: FileRows, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[torch.Tensor] = []
    go_on = threading.Event()
    disk, memory = sources(rows)
    take = FileRows.take

    def slow(self: FileRows, index: torch.Tensor) -> torch.Tensor:
        if self is rows:
            begun.append(index)
            assert len(begun) == 1 or go_on.wait(10)
        return take(self, index)

    monkeypatch.setattr(FileRows, "take", slow)
    before = set(threading.enumerate())
    stream = Stream(disk, 2, 0, CPU)
    stream.next()
    assert set(threading.enumerate()) - before
    threading.Timer(0.2, go_on.set).start()
    stream.close()
    assert not [one for one in set(threading.enumerate()) - before if one.name.startswith("read-ahead")]
    assert len(begun) <= 1 + READERS < 1 + AHEAD
    Stream(memory, 2, 0, CPU).close()  # in memory there is nothing to end


def test_flipping_mirrors_about_half_of_the_pictures_left_to_right(rows: FileRows) -> None:
    source = sources(rows)[1]
    plain, flipped = (Stream(source, 20, 1, CPU, flip=flip) for flip in (False, True))
    mirrored = 0
    for _ in range(20):
        straight, other = plain.next().real, flipped.next().real
        for one, two in zip(straight, other, strict=True):
            assert torch.equal(one, two) != torch.equal(one.flip(-1), two)
            mirrored += torch.equal(one.flip(-1), two)
    assert 150 < mirrored < 250


def test_points_are_not_flipped() -> None:
    with pytest.raises(UsageError, match=r"data\.flip"):
        Stream(Source("points", torch.zeros(4, 2)), 2, 0, CPU, flip=True)


@pytest.mark.parametrize("slab", [1, 7, 20, 4096])
def test_rows_that_move_to_the_device_are_the_rows(rows: FileRows, monkeypatch: pytest.MonkeyPatch, slab: int) -> None:
    monkeypatch.setattr(fetch, "SLAB", slab)
    assert torch.equal(fetch._moved(rows, CPU), rows.load())
