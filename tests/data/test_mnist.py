import gzip
import hashlib
import shutil
from pathlib import Path

import pytest
import torch

from gan_runner.data import mnist
from gan_runner.errors import UsageError

PUBLISHED_MD5 = {
    "train-images-idx3-ubyte.gz": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte.gz": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte.gz": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte.gz": "27ae3e4e09519cfbb04c329615203637",
}


@pytest.mark.parametrize("name", PUBLISHED_MD5)
def test_embedded_files_are_the_published_ones(name: str) -> None:
    content = gzip.decompress((mnist.FOLDER / name).read_bytes())
    assert hashlib.md5(content, usedforsecurity=False).hexdigest() == PUBLISHED_MD5[name]


def test_the_licence_travels_with_the_files() -> None:
    assert "CC BY-SA 3.0" in (mnist.FOLDER / "LICENSE.txt").read_text()


def test_the_training_set_has_its_known_statistics() -> None:
    source = mnist.load()
    assert source.samples.shape == (60_000, 1, 28, 28)
    assert source.samples.dtype == torch.uint8
    assert source.labels is not None
    assert source.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert torch.bincount(source.labels)[:2].tolist() == [5923, 6742]
    pixels = source.samples.double() / 255
    assert pixels.mean().item() == pytest.approx(0.1307, abs=5e-5)
    assert pixels.std().item() == pytest.approx(0.3081, abs=5e-5)
    assert source.classes == tuple("0123456789")


def test_splits_follow_one_another_in_all() -> None:
    test, everything = mnist.load("test"), mnist.load("all")
    assert test.labels is not None
    assert everything.labels is not None
    assert test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert torch.bincount(test.labels)[:2].tolist() == [980, 1135]
    assert len(everything) == 70_000
    assert torch.equal(everything.samples[60_000:], test.samples)
    assert torch.equal(everything.labels[60_000:], test.labels)


def test_limit_keeps_the_first_pictures() -> None:
    few = mnist.load("test", limit=7)
    assert len(few) == 7
    assert few.labels is not None
    assert few.labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_classes_keep_only_those_digits_numbered_in_the_order_given() -> None:
    chosen, everything = mnist.load("test", classes=[3, "0"]), mnist.load("test")
    assert chosen.labels is not None
    assert everything.labels is not None
    assert chosen.classes == ("3", "0")
    assert torch.bincount(chosen.labels).tolist() == [1010, 980]
    assert torch.equal(chosen.samples[chosen.labels == 1], everything.samples[everything.labels == 0])
    with pytest.raises(UsageError, match=r"^data.classes: 10 is not among the 10 classes"):
        mnist.load("test", classes=[10])


@pytest.mark.parametrize("size", [7, 14, 32, 64])
def test_resizing_keeps_type_brightness_and_ink_in_place(size: int) -> None:
    original, resized = mnist.load("test", limit=1500), mnist.load("test", size=size, limit=1500)
    assert resized.samples.shape == (1500, 1, size, size)
    assert resized.samples.dtype == torch.uint8
    means = original.samples.double().mean(dim=(1, 2, 3)), resized.samples.double().mean(dim=(1, 2, 3))
    torch.testing.assert_close(means[1], means[0], rtol=0.06, atol=1.0)


def test_halving_averages_with_the_triangle_filter() -> None:
    original, half = mnist.load("test", limit=1).samples[0, 0].double(), mnist.load("test", 14, limit=1).samples[0, 0]
    weights = torch.tensor([1, 3, 3, 1], dtype=torch.float64) / 8  # a triangle of twice the step, sampled at its taps
    expected = weights @ original[13:17, 11:15] @ weights  # output pixel (7, 6) has its centre at (14.5, 12.5)
    assert abs(half[7, 6].item() - expected.item()) <= 0.51


@pytest.mark.parametrize("wrong", [{"size": 0}, {"limit": 0}, {"limit": -3}])
def test_senseless_parameters_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="allowed 1 or more"):
        mnist.load(**wrong)


def test_a_damaged_installation_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shutil.copytree(mnist.FOLDER, tmp_path / "mnist")
    monkeypatch.setattr(mnist, "FOLDER", folder)
    labels = folder / "t10k-labels-idx1-ubyte.gz"
    content = labels.read_bytes()
    labels.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    with pytest.raises(UsageError, match=r"t10k-labels.*damaged, install gan-runner anew$"):
        mnist.load("test")
    labels.unlink()
    with pytest.raises(UsageError, match=r"t10k-labels.*no file.*damaged, install gan-runner anew$"):
        mnist.load("test")
