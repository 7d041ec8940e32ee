import gzip
import inspect
import io
import pickle
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
import torchvision.datasets
from PIL import Image

from gan_runner.construct import construct
from gan_runner.data import mnist
from gan_runner.data import torchvision as choice
from gan_runner.data.encoded import vision
from gan_runner.data.encoded.base import Piece, Record
from gan_runner.data.encoded.vision import LABELS, VisionPictures
from gan_runner.data.preparing.recipe import Recipe, decode
from gan_runner.errors import UsageError

GREYS = [10, 200, 90, 30, 250]


class Tiny(torchvision.datasets.VisionDataset):
    """Five colour pictures of three classes, of which one has none."""

    classes: ClassVar[Any] = ["ape", "bee", "cat"]
    targets: ClassVar[Any] = [2, 0, 2, 2, 0]
    size = (6, 6)

    def __init__(self, root: str, train: bool = True, download: bool = False) -> None:
        super().__init__(root)
        self.train = train
        file = Path(root) / "tiny.bin"
        if download and not file.exists():
            with urllib.request.urlopen("http://example.invalid/tiny.bin") as response:
                file.write_bytes(response.read())
        if not file.exists():
            raise RuntimeError("Dataset not found. You can use download=True to download it")

    def __len__(self) -> int:
        return len(GREYS)

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        return Image.new("RGB", self.size, (GREYS[index], 0, 99)), self.targets[index]


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(torchvision.datasets, "Tiny", Tiny, raising=False)
    monkeypatch.setitem(LABELS, "Tiny", "targets")
    (tmp_path / "tiny.bin").touch()
    return str(tmp_path)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise urllib.error.URLError("Temporary failure\nin name resolution")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)


@pytest.fixture(scope="module")
def mnist_root(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("torchvision")
    (root / "MNIST" / "raw").mkdir(parents=True)
    for path in mnist.FOLDER.glob("*.gz"):
        (root / "MNIST" / "raw" / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    return str(root)


def records(pictures: Any) -> list[Record]:
    return [record for piece in pictures.plan(None, 10**6) for record in pictures.read(piece)]


def refusal(**settings: Any) -> str:
    with pytest.raises(UsageError) as caught:
        construct({"_target_": "gan_runner.data.torchvision.load", **settings}, "data")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_torchvisions_mnist_is_mnist(mnist_root: str) -> None:
    chosen = choice.load("mnist", mnist_root, "test")
    assert (chosen.name, chosen.recipe) == ("MNIST", Recipe(28))
    known = mnist.load("test")
    assert known.labels is not None
    (pictures,) = chosen.parts
    assert len(pictures) == 10_000
    found = list(pictures.read(Piece(4000, 500)))
    pixels = np.stack([decode(record.open(), Recipe(28, 1)) for record in found])
    assert np.array_equal(pixels, known.samples[4000:4500].numpy())
    assert [record.label for record in found] == known.labels[4000:4500].tolist()
    assert found[0].where == f"{mnist_root}: MNIST test, picture 4000"


def test_classes_and_limit_choose(mnist_root: str) -> None:
    chosen = choice.load("MNIST", mnist_root, "test", classes=["7 - seven", "0 - zero"], limit=30)
    (pictures,) = chosen.parts
    known = mnist.load("test", classes=[7, 0], limit=30)
    assert known.labels is not None
    assert pictures.classes == ("7 - seven", "0 - zero")
    assert [record.label for record in records(pictures)] == known.labels.tolist()
    assert np.array_equal(np.asarray(records(pictures)[29].open()), known.samples[29, 0].numpy())


def test_colour_and_classes_without_pictures(tiny: str) -> None:
    (pictures,) = choice.load("TINY", tiny).parts
    assert pictures.classes == ("ape", "cat")
    found = records(pickle.loads(pickle.dumps(pictures)))
    assert [record.label for record in found] == [1, 0, 1, 1, 0]
    assert [decode(record.open(), Recipe(6, 3))[:, 0, 0].tolist() for record in found] == [[g, 0, 99] for g in GREYS]


@pytest.mark.parametrize(
    ("kept", "labels", "classes"),
    [
        (torch.tensor([2, 0, 2, 2, 0]), [1, 0, 1, 1, 0], ("ape", "cat")),
        (np.array([[2, 7], [0, 7], [2, 7], [2, 7], [0, 7]]), [1, 0, 1, 1, 0], ("ape", "cat")),
        ([5, 3, 3, 3, 3], [1, 0, 0, 0, 0], ("3", "5")),
        ([0, 1, -1, -1, -1], [None] * 5, ()),
        ([None] * 5, [None] * 5, ()),
    ],
    ids=["tensor", "QMNIST", "numbers", "some without", "all without"],
)
def test_labels_are_taken_as_the_set_keeps_them(
    tiny: str, monkeypatch: pytest.MonkeyPatch, kept: Any, labels: Any, classes: Any
) -> None:
    monkeypatch.setattr(Tiny, "targets", kept)
    (pictures,) = choice.load("Tiny", tiny).parts
    assert [record.label for record in records(pictures)] == labels
    assert pictures.classes == classes
    if not classes:
        assert "has pictures without a class" in refusal(name="Tiny", root=tiny, classes=["ape"])


def test_names_of_several_words_and_names_shared_by_two_classes(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tiny, "classes", [("crane",), ("bee",), ("crane",)])
    assert choice.load("Tiny", tiny).parts[0].classes == ("crane (0)", "crane (2)")
    monkeypatch.setattr(Tiny, "classes", [("tench", "Tinca tinca"), ("bee",), ("cat",)])
    assert choice.load("Tiny", tiny).parts[0].classes == ("tench, Tinca tinca", "cat")


@pytest.mark.parametrize("kept", [[0, 1], ["a.png"] * 5, None, [0.5] * 5])
def test_labels_that_do_not_fit_are_refused(tiny: str, monkeypatch: pytest.MonkeyPatch, kept: Any) -> None:
    monkeypatch.setattr(Tiny, "targets", kept)
    assert "5 pictures of Tiny but" in refusal(name="Tiny", root=tiny)


def test_the_size_is_the_pictures_own_if_they_are_square(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert choice.load("Tiny", tiny).recipe.size == 6
    monkeypatch.setattr(Tiny, "size", (6, 4))
    assert "the first picture of Tiny is 6 x 4, so it gives no size" in refusal(name="Tiny", root=tiny)
    assert choice.load("Tiny", tiny, size=5).recipe.size == 5


def test_splits_are_handed_on_as_each_class_wants_them(tiny: str, mnist_root: str) -> None:
    part = vision._part
    assert part("MNIST", {"train", "download"}, "test") == {"train": False}
    assert part("SVHN", {"split", "download"}, "extra") == {"split": "extra"}
    assert part("EMNIST", {"split", "train"}, "letters") == {"split": "letters", "train": True}
    assert part("EMNIST", {"split", "train"}, "letters-test") == {"split": "letters", "train": False}
    assert part("QMNIST", {"what", "train"}, "test50k") == {"what": "test50k"}
    assert part("EuroSAT", {"download"}, "train") == {}
    assert "data: split: Tiny has no split val. Valid values are train, test." in refusal(
        name="Tiny", root=tiny, split="val"
    )
    assert "EuroSAT has no split test" in refusal(name="EuroSAT", root=tiny, split="test")
    assert "Valid values are" in refusal(name="SVHN", root=tiny, split="val")


def test_every_set_is_there_and_keeps_its_labels_where_they_are_sought() -> None:
    for name, attribute in LABELS.items():
        kind = getattr(torchvision.datasets, name)
        code = "".join(
            inspect.getsource(parent) for parent in kind.__mro__ if parent.__module__.startswith("torchvision")
        )
        assert f"self.{attribute}" in code, name
        needed = {
            key
            for key, parameter in inspect.signature(kind.__init__).parameters.items()
            if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD
        }
        assert needed <= {"self", "root", "split"}, name
        assert ("download" in vision._parameters(kind)) == (name not in ("FER2013", "ImageNet")), name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("CIFAR", "did you mean CIFAR10?"),
        ("lsun", "data=lsun reads it"),
        ("CelebA", "use data=folder"),
        ("CocoDetection", "with one class a picture, got CocoDetection; allowed: CIFAR10, "),
    ],
)
def test_other_names_are_refused_with_advice(name: str, hint: str) -> None:
    assert hint in refusal(name=name)


def test_a_network_that_is_not_there_is_said_with_what_to_do(tmp_path: Path, no_network: None) -> None:
    for name in ("CIFAR10", "MNIST", "SVHN", "STL10"):
        message = refusal(name=name, root=str(tmp_path))
        assert message.startswith(
            f"{tmp_path}: {name} is not there or not intact, and torchvision could not fetch it ("
        )
        assert "Temporary failure in name resolution" in message
        assert message.endswith("or give the folder that has them, data.root=FOLDER")
    assert "FER2013" in refusal(name="FER2013", root=str(tmp_path))


def test_without_a_root_the_set_is_fetched_into_the_cache(no_network: None, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path))
    assert refusal().startswith(f"{tmp_path}/torchvision/CIFAR10: CIFAR10 is not there")


def test_what_is_there_is_not_fetched_and_what_is_not_is(tiny: str, no_network: None, monkeypatch: Any) -> None:
    assert len(choice.load("Tiny", tiny).parts[0]) == 5
    (Path(tiny) / "tiny.bin").unlink()
    assert "could not fetch it" in refusal(name="Tiny", root=tiny)
    monkeypatch.setattr(urllib.request, "urlopen", lambda url: (Path(tiny) / "other.bin").open("w+b"))
    assert len(choice.load("Tiny", tiny).parts[0]) == 5
    (Path(tiny) / "tiny.bin").unlink()
    assert refusal(name="Tiny", root=tiny, classes=["dog"]).startswith("data.classes: dog is not among the 2 classes")


@pytest.mark.fault(27)
def test_a_pickle_that_is_not_cifars_own_is_never_opened(tmp_path: Path, no_network: None) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for name in ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"):
        (folder / name).write_bytes(pickle.dumps(Trap()))
    (folder / "batches.meta").write_bytes(pickle.dumps(Trap()))
    assert "not there or not intact" in refusal(name="CIFAR10", root=str(tmp_path))
    assert not (tmp_path / "sprung").exists()
    pickle.loads((folder / "batches.meta").read_bytes())
    assert (tmp_path / "sprung").exists()


def test_damaged_idx_files_are_one_line(mnist_root: str, tmp_path: Path, no_network: None) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for path in (Path(mnist_root) / "MNIST" / "raw").iterdir():
        (raw / path.name).write_bytes(path.read_bytes()[:1000])
    assert "MNIST is not there or not intact" in refusal(name="MNIST", root=str(tmp_path), split="test")


def test_identity_follows_files_and_settings(tiny: str) -> None:
    def identity(*settings: Any, **more: Any) -> dict[str, Any]:
        return VisionPictures("Tiny", tiny, *settings, **more).identity()

    before = identity("train")
    assert identity("train") == before
    assert (before["name"], before["split"], before["files"]["count"]) == ("Tiny", "train", 5)
    seen = [before, identity("test"), identity("train", ["ape"]), identity("train", limit=2)]
    (Path(tiny) / "tiny.bin").write_bytes(b"x")
    seen.append(identity("train"))
    assert all(seen[k] != seen[j] for k in range(len(seen)) for j in range(k))


@pytest.mark.parametrize("names", [("manifest.json", "samples.npy"), ("journal.jsonl", "labels.part")])
def test_what_is_prepared_into_its_own_folder_does_not_make_it_another_set(tiny: str, names: tuple[str, ...]) -> None:
    before = VisionPictures("Tiny", tiny, "train").identity()
    (Path(tiny) / "out").mkdir()
    for name in names:
        (Path(tiny) / "out" / name).touch()
    assert VisionPictures("Tiny", tiny, "train").identity() == before
    (Path(tiny) / "other").touch()
    assert VisionPictures("Tiny", tiny, "train").identity() != before


def test_a_set_that_vanishes_under_way_is_said(tiny: str) -> None:
    pictures = choice.load("Tiny", tiny).parts[0]
    (Path(tiny) / "tiny.bin").unlink()
    with pytest.raises(UsageError, match="Tiny can no longer be read"):
        records(pictures)


def test_modules_that_workers_of_other_formats_load_do_without_torch() -> None:
    code = "import sys, gan_runner.data.encoded.vision, gan_runner.data.encoded.files; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.fault(26)
def test_an_archive_that_is_not_cifars_own_is_never_unpacked(tmp_path: Path, no_network: None) -> None:
    with tarfile.open(tmp_path / "cifar-10-python.tar.gz", "w:gz") as archive:
        for name in ("cifar-10-batches-py/data_batch_1", "../escaped", str(tmp_path / "absolute")):
            member = tarfile.TarInfo(name)
            member.size = 4
            archive.addfile(member, io.BytesIO(b"harm"))
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "cifar-10-python.tar.gz").rename(root / "cifar-10-python.tar.gz")
    assert "not there or not intact" in refusal(name="CIFAR10", root=str(root))
    assert {path.name for path in root.iterdir()} <= {"cifar-10-python.tar.gz"}
    assert [path.name for path in tmp_path.iterdir()] == ["root"]
