import os
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gan_runner.generating.place import replacing
from gan_runner.generating.write import write_files, write_npy
from gan_runner.types import Generated


def batches(*sizes: int, labels: bool = False) -> Iterator[Generated]:
    start = 0
    for size in sizes:
        numbers = torch.arange(start, start + size)
        yield Generated(numbers[:, None] + torch.tensor([0.0, 0.25]), numbers % 3 if labels else None)
        start += size


def test_an_array_is_numpys_own_format(tmp_path: Path) -> None:
    assert write_npy(tmp_path / "a.npy", batches(3, 2), (5, 2)) == [tmp_path / "a.npy"]
    array = np.load(tmp_path / "a.npy", mmap_mode="r")
    assert array.dtype == np.float32
    assert array.tolist() == [[n, n + 0.25] for n in range(5)]
    assert sorted(os.listdir(tmp_path)) == ["a.npy"]


def test_labels_stand_beside_the_array(tmp_path: Path) -> None:
    paths = write_npy(tmp_path / "a.npy", batches(3, 2, labels=True), (5, 2))
    assert paths == [tmp_path / "a.npy", tmp_path / "a-labels.npy"]
    labels = np.load(paths[1])
    assert (labels.dtype, labels.tolist()) == (np.int64, [0, 1, 2, 0, 1])


def test_no_more_than_two_batches_are_ever_held(tmp_path: Path) -> None:
    held: list[weakref.ref[torch.Tensor]] = []

    def watched() -> Iterator[Generated]:
        for _ in range(20):
            assert sum(one() is not None for one in held) <= 1
            samples = torch.zeros(10, 2)
            held.append(weakref.ref(samples))
            yield Generated(samples)
            del samples

    write_npy(tmp_path / "a.npy", watched(), (200, 2))
    assert len(held) == 20


def test_an_interrupted_write_leaves_nothing_and_the_old_file_whole(tmp_path: Path) -> None:
    def broken() -> Iterator[Generated]:
        yield from batches(3)
        raise KeyboardInterrupt

    (tmp_path / "a.npy").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        write_npy(tmp_path / "a.npy", broken(), (9, 2))
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path / "folder", broken(), lambda samples: samples.byte().reshape(-1, 1, 1, 2), 9, ())
    assert os.listdir(tmp_path) == ["a.npy"]
    assert (tmp_path / "a.npy").read_text() == "old"


def test_a_picture_each_and_a_table_of_their_labels(tmp_path: Path) -> None:
    def pictures(samples: torch.Tensor) -> torch.Tensor:
        return samples.byte().reshape(-1, 1, 1, 2)

    folder = tmp_path / "folder"
    assert write_files(folder, batches(3, 2, labels=True), pictures, 5, ("a", "b,b", "啊")) == [folder]
    table = (folder / "labels.csv").read_text(encoding="utf-8").splitlines()
    assert table[:3] == ["file,label,name", "000001.png,0,a", '000002.png,1,"b,b"']
    assert len(table) == 6
    assert [np.array(Image.open(folder / f"00000{n + 1}.png")).tolist() for n in range(5)] == [
        [[n, n]] for n in range(5)
    ]
    write_files(folder, batches(2), pictures, 1_000_000, ())
    assert sorted(os.listdir(folder)) == ["0000001.png", "0000002.png"]


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    old = tmp_path / "deep" / "out"
    for name in ("one", "two"):
        with replacing(old) as temporary:
            temporary.mkdir()
            (temporary / name).touch()
    assert os.listdir(old) == ["two"]
    assert os.listdir(tmp_path / "deep") == ["out"]
