from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gan_runner.data import folder, picture_set, prepared
from gan_runner.data.preparing.recipe import Recipe
from gan_runner.data.rows import FileRows
from gan_runner.errors import UsageError


def quiet(what: str, done: int, total: int) -> None:
    pass


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Three classes of grey pictures of one level each: 10 k + j for picture j of class k."""
    for k, name in enumerate(("a", "b", "c")):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for j in range(4):
            Image.new("L", (9, 9), 10 * k + j).save(tmp_path / "pictures" / name / f"{j}.png")
    return tmp_path / "pictures"


def made(pictures: Path, out: Path, **settings: Any) -> Path:
    folder.load(str(pictures), size=8, **settings).prepare(quiet, out, jobs=1)
    return out


def levels(source: Any) -> list[int]:
    return source.take(torch.arange(len(source)))[:, 0, 0, 0].tolist()


def test_what_was_prepared_trains_without_the_originals(pictures: Path, tmp_path: Path) -> None:
    out = made(pictures, tmp_path / "set", labels=True)
    before = folder.load(str(pictures), size=8, labels=True).source(quiet)
    for path in pictures.rglob("*.png"):
        path.unlink()
    source = prepared.load(str(out)).source(quiet)
    assert source.shape == (1, 8, 8)
    assert levels(source) == levels(before) == [0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23]
    assert source.classes == ("a", "b", "c")
    assert source.labels is not None
    assert source.labels.tolist() == [0, 1, 2] * 4
    assert source.name == "folder"
    assert source.fingerprint == before.fingerprint


def test_classes_and_limit_choose_from_what_was_prepared(pictures: Path, tmp_path: Path) -> None:
    out = made(pictures, tmp_path / "set", labels=True)
    some = prepared.load(str(out), classes=["c", "a"], limit=5).source(quiet)
    assert levels(some) == [0, 20, 1, 21, 2]
    assert some.labels is not None
    assert (some.labels.tolist(), some.classes) == ([1, 0, 1, 0, 1], ("c", "a"))
    other = prepared.load(str(out), classes=["a", "c"], limit=5).source(quiet)
    assert len({some.fingerprint, other.fingerprint, prepared.load(str(out)).source(quiet).fingerprint}) == 3
    plain = made(pictures, tmp_path / "plain")
    assert levels(prepared.load(str(plain), limit=2).source(quiet)) == [0, 1]
    assert prepared.load(str(plain)).source(quiet).labels is None
    with pytest.raises(UsageError, match="prepared without labels"):
        prepared.load(str(plain), classes=["a"]).source(quiet)


def test_several_sets_are_classes_of_one(pictures: Path, tmp_path: Path) -> None:
    for name in ("b", "a"):
        made(pictures / name, tmp_path / "sets" / name)
    for root in (str(tmp_path / "sets"), [str(tmp_path / "sets" / "a"), str(tmp_path / "sets" / "b")]):
        source = prepared.load(root).source(quiet)
        assert levels(source) == [0, 1, 2, 3, 10, 11, 12, 13]
        assert source.labels is not None
        assert (source.labels.tolist(), source.classes) == ([0] * 4 + [1] * 4, ("a", "b"))
    folder.load(str(pictures / "c"), size=4).prepare(quiet, tmp_path / "sets" / "c", jobs=1)
    with pytest.raises(UsageError, match="give both the same data"):
        prepared.load(str(tmp_path / "sets")).source(quiet)


def test_a_large_set_stays_on_the_disk(pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = made(pictures, tmp_path / "set", labels=True)
    small = prepared.load(str(out), classes=["b"]).source(quiet)
    monkeypatch.setattr(picture_set, "IN_MEMORY", 12 * 64 - 1)
    large = prepared.load(str(out), classes=["b"]).source(quiet)
    assert isinstance(small.samples, torch.Tensor)
    assert isinstance(large.samples, FileRows)
    assert levels(large) == levels(small) == [10, 11, 12, 13]
    assert large.fingerprint == small.fingerprint


def test_the_cache_is_found_again_and_a_changed_file_is_not(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path / "cache"))
    told: list[str] = []
    folder.load(str(pictures), size=8).source(lambda what, *_: told.append(what))
    assert told
    told.clear()
    folder.load(str(pictures), size=8).source(lambda what, *_: told.append(what))
    assert not told
    Image.new("L", (9, 9), 99).save(pictures / "a" / "0.png")
    changed = folder.load(str(pictures), size=8).source(lambda what, *_: told.append(what))
    assert told
    assert levels(changed)[0] == 99
    assert len(list((tmp_path / "cache" / "prepared").iterdir())) == 2
    assert np.load(folder.load(str(pictures), size=8).folders()[0] / "samples.npy")[0, 0, 0, 0] == 99


def test_a_changed_source_does_not_orphan_what_was_begun_in_the_cache(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path / "cache"))
    (pictures / "b" / "0.png").write_bytes(b"broken")
    for size in (8, 4):
        with pytest.raises(UsageError, match="not a picture"):
            folder.load(str(pictures), size=size).prepare(quiet, jobs=1)
    (pictures / "b" / "0.png").unlink()
    folder.load(str(pictures), size=8).prepare(quiet, jobs=1)
    there = sorted(
        (one.name.split("-")[1], (one / "manifest.json").exists()) for one in (tmp_path / "cache").glob("*/*")
    )
    assert there == [("4", False), ("8", True)]  # that of another size may yet be asked for


def test_pixels_that_were_changed_on_the_disk_do_not_train(pictures: Path, tmp_path: Path) -> None:
    out = made(pictures, tmp_path / "set")
    content = (out / "samples.npy").read_bytes()
    (out / "samples.npy").write_bytes(content[:300] + bytes(100) + content[400:])
    with pytest.raises(UsageError, match=r"samples\.npy: the pixels are not those that were written"):
        prepared.load(str(out)).source(quiet)


def test_limit_keeps_the_first_of_each_of_several_sets(pictures: Path, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        made(pictures / name, tmp_path / "sets" / name)
    assert levels(prepared.load(str(tmp_path / "sets"), limit=2).source(quiet)) == [0, 1, 10, 11, 20, 21]
    some = prepared.load(str(tmp_path / "sets"), classes=["c", "a"], limit=1).source(quiet)
    assert levels(some) == [0, 20]
    assert some.labels is not None
    assert some.labels.tolist() == [1, 0]


def test_sets_that_cannot_be_told_apart_are_refused(pictures: Path, tmp_path: Path) -> None:
    first, other = made(pictures / "a", tmp_path / "one" / "x"), made(pictures / "b", tmp_path / "two" / "x")
    with pytest.raises(UsageError, match="would be classes of one name; rename one of them"):
        prepared.load([str(first), str(other)])
    for twice in ([str(first), str(first)], [str(tmp_path / "one"), str(first)]):
        with pytest.raises(UsageError, match=r"holds the same pictures as .*; data\.root takes each set once"):
            prepared.load(twice)


def test_a_part_that_was_never_begun_is_missed(pictures: Path, tmp_path: Path) -> None:
    parts = [folder.load(str(pictures / name), size=8).parts[0] for name in ("a", "b", "c")]
    (pictures / "b" / "0.png").write_bytes(b"broken")
    several = picture_set.PictureSet("three", tuple(parts), Recipe(8), part_names=("a", "b", "c"))
    with pytest.raises(UsageError, match="not a picture"):
        several.prepare(quiet, tmp_path / "out", jobs=1)
    (tmp_path / "out" / "b" / "journal.jsonl").rename(tmp_path / "journal.jsonl")
    for name in ("samples.npy.part", "labels.part"):
        (tmp_path / "out" / "b" / name).unlink()
    made(pictures / "a", tmp_path / "out" / "b", channels=1)
    with pytest.raises(UsageError, match=r"out/c: is not prepared to its end; type the same gan-data prepare again"):
        prepared.load(str(tmp_path / "out"))


@pytest.mark.parametrize("root", [None, ""])
def test_without_a_root_it_is_asked_for(root: str | None) -> None:
    with pytest.raises(ValueError, match=r"data\.root=DIR"):
        prepared.load(root)
