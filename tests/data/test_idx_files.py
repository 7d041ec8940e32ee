import gzip
import logging
import struct
from pathlib import Path
from typing import Any

import pytest
import torch

from gan_runner.data import idx_files, mnist
from gan_runner.errors import UsageError


def pair(folder: Path, images: str, labels: str = "", count: int = 6, rows: int = 4, columns: int = 6) -> torch.Tensor:
    """Write images, and labels 0 2 4 ... if named; return the pictures."""
    pixels = bytes((7 * k) % 256 for k in range(count * rows * columns))
    contents = {images: struct.pack(">IIII", 0x803, count, rows, columns) + pixels}
    if labels:
        contents[labels] = struct.pack(">II", 0x801, count) + bytes(2 * k for k in range(count))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return torch.tensor(list(pixels), dtype=torch.uint8).view(count, 1, rows, columns)


def refusal(**settings: Any) -> str:
    with pytest.raises(UsageError) as caught:
        idx_files.load(**settings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("images.idx3.gz", "labels.idx1.gz"),
        ("my-images.bin", "my-labels.bin"),
        ("Emnist-Letters-train-IMAGES-idx3-ubyte.gz", "emnist-letters-train-labels-idx1-ubyte"),
    ],
)
def test_files_are_found_by_name(tmp_path: Path, images: str, labels: str) -> None:
    pictures = pair(tmp_path, images, labels)
    source = idx_files.load(str(tmp_path))
    assert torch.equal(source.samples, pictures)
    assert source.labels is not None
    assert source.labels.tolist() == [0, 2, 4, 6, 8, 10]
    assert source.classes == tuple(str(label) for label in range(11))


def test_the_split_chooses_among_several(tmp_path: Path) -> None:
    pair(tmp_path, "train-images-idx3-ubyte", "train-labels-idx1-ubyte", count=6)
    pair(tmp_path, "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", count=3)
    pair(tmp_path, "val-images-idx3-ubyte", "val-labels-idx1-ubyte", count=2)
    assert [len(idx_files.load(str(tmp_path), split)) for split in ("train", "test", "t10k", "val")] == [6, 3, 3, 2]
    message = refusal(root=str(tmp_path), split="extra")
    assert "no IDX images file is of data.split=extra" in message
    assert "t10k-images-idx3-ubyte.gz, train-images-idx3-ubyte, val-images-idx3-ubyte" in message


def test_a_file_of_another_split_is_not_taken_for_want_of_a_better(tmp_path: Path) -> None:
    pair(tmp_path, "train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    assert "of data.split=test; found: train-images-idx3-ubyte" in refusal(root=str(tmp_path), split="test")


def test_several_of_a_split_are_listed_and_a_path_decides(tmp_path: Path) -> None:
    pair(tmp_path, "letters-train-images-idx3", "letters-train-labels-idx1", count=4)
    pair(tmp_path, "digits-train-images-idx3", "digits-train-labels-idx1", count=5)
    assert "2 IDX images files are of data.split=train" in refusal(root=str(tmp_path))
    assert "data.images=FILE" in refusal(root=str(tmp_path))
    assert len(idx_files.load(str(tmp_path), "digits-train")) == 5
    chosen = {"images": str(tmp_path / "letters-train-images-idx3")}
    assert idx_files.load(**chosen).labels is None
    source = idx_files.load(**chosen, labels=str(tmp_path / "letters-train-labels-idx1"))
    assert source.labels is not None
    assert len(source) == 4


def test_an_archive_beside_its_contents_is_no_second_file(tmp_path: Path) -> None:
    pair(tmp_path, "train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    pair(tmp_path, "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
    assert len(idx_files.load(str(tmp_path))) == 6


def test_without_labels_the_pictures_are_unlabelled_and_that_is_said(tmp_path: Path, caplog: Any) -> None:
    pictures = pair(tmp_path, "images-idx3")
    with caplog.at_level(logging.INFO, logger="gan_runner"):
        source = idx_files.load(str(tmp_path), limit=2)
    assert (source.labels, source.classes) == (None, ())
    assert torch.equal(source.samples, pictures[:2])
    assert "images-idx3: read without labels" in caplog.text
    with pytest.raises(ValueError, match="classes need labels"):
        idx_files.load(str(tmp_path), classes=[1])


def test_classes_limit_and_size(tmp_path: Path) -> None:
    pictures = pair(tmp_path, "images-idx3", "labels-idx1")
    source = idx_files.load(str(tmp_path), classes=[4, "0"], limit=1)
    assert source.classes == ("4", "0")
    assert source.labels is not None
    assert source.labels.tolist() == [1]
    assert torch.equal(source.samples, pictures[:1])
    assert idx_files.load(str(tmp_path), size=12).shape == (1, 12, 12)
    assert idx_files.load(images=str(tmp_path / "images-idx3"), size=12).shape == (1, 12, 12)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"data\.root=FOLDER"):
        idx_files.load()
    assert "there is no such folder" in refusal(root=str(tmp_path / "none"))
    assert "found: no *images*idx3* or *-images*" in refusal(root=str(tmp_path))
    (tmp_path / "file").touch()
    assert "it is a file" in refusal(root=str(tmp_path / "file"))
    assert "there is no such file" in refusal(images=str(tmp_path / "none-images"))
    pair(tmp_path, "train-images-idx3", "other-labels-idx1")
    pair(tmp_path, "x-images-idx3", "train-labels-idx1", count=3)
    assert "holds 6 images but" in refusal(root=str(tmp_path))


def test_mnists_own_files_read_as_mnist() -> None:
    own, known = idx_files.load(str(mnist.FOLDER), "test"), mnist.load("test")
    assert own.labels is not None
    assert known.labels is not None
    assert torch.equal(own.samples, known.samples)
    assert torch.equal(own.labels, known.labels)
    assert own.classes == known.classes
