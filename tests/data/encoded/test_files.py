import io
import os
import pickle
import struct
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gan_runner.data.encoded.base import Piece
from gan_runner.data.encoded.files import PictureFiles, in_turns, open_picture
from gan_runner.data.encoded.listing import SHEETS
from gan_runner.data.preparing.prepare import prepare
from gan_runner.data.preparing.recipe import Recipe
from gan_runner.errors import UsageError
from gan_runner.reporting.runfile import RunFile


def picture(path: Path, grey: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (4, 4), grey).save(path)
    return path


def tree(root: Path, *paths: str) -> Path:
    """Empty files: nothing reads pictures before they are opened."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return root


def records(files: PictureFiles) -> list[tuple[str, int | None]]:
    found = [record for piece in files.plan(None, 10**6) for record in files.read(piece)]
    assert len(found) == len(files)
    return [(os.path.relpath(record.where, files.place), record.label) for record in found]


def paths(files: PictureFiles) -> list[str]:
    return [path for path, _ in records(files)]


def refusal(files: PictureFiles) -> str:
    with pytest.raises(UsageError) as caught:
        len(files)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_every_picture_however_deep_in_the_order_of_paths(tmp_path: Path) -> None:
    names = ["b.PNG", "a/2.jpeg", "a/1.JPG", "a/x/y/z.WebP", "a-b/0.png", "c/ä ö.webp"]
    files = PictureFiles(str(tree(tmp_path, *names)))
    assert paths(files) == [str(path) for path in sorted(Path(name) for name in names)]
    assert files.classes == ()
    assert {label for _, label in records(files)} == {None}


def test_hidden_names_linked_folders_and_other_files_are_passed_over_and_told(tmp_path: Path) -> None:
    root = tree(tmp_path / "root", "1.png", ".2.png", ".hidden/3.png", "notes.txt", "4.bmp", "5.bmp", "Makefile")
    (root / "loop").symlink_to(root)
    (root / "folder.png").symlink_to(root)
    os.mkfifo(root / "pipe.png")
    (root / "linked.png").symlink_to(root / "1.png")
    files = PictureFiles(str(root))
    assert paths(files) == ["1.png", "linked.png"]
    assert files.notes == (
        "passes over 2 folders: folder.png (a link), loop (a link)",
        "passes over 5 files that are no pictures by name (2 .bmp, 1 bare, 1 .txt, 1 .png)",
    )


def test_what_gan_runner_has_made_is_no_data_unless_it_is_the_root(tmp_path: Path) -> None:
    root = tree(tmp_path, "1.png", "outputs/run/samples/2.png", "outputs/check/3.png", "sub/4.png", "sub/run.json")
    RunFile(root / "outputs" / "run").update(status="completed")
    (root / "outputs" / "run" / ".hydra").mkdir()
    (root / "outputs" / "check" / SHEETS).touch()
    (root / "sub" / "4.png").write_bytes(encoded("PNG"))
    prepare(PictureFiles(str(root / "sub")), Recipe(4), "stop", root / "set", lambda *_: None, jobs=1)
    (root / "set" / "5.png").write_bytes((root / "1.png").read_bytes())
    files = PictureFiles(str(root))
    assert paths(files) == ["1.png", "sub/4.png"]  # a run.json alone may be anybody's
    own = ("outputs/check", "outputs/run", "set")
    assert files.notes[0] == "passes over 3 folders: " + ", ".join(f"{name}/ (gan_runner's own)" for name in own)
    assert paths(PictureFiles(str(root / "outputs" / "run"))) == ["samples/2.png"]
    assert "0 pictures, it passes over 2 folders: check/" in refusal(PictureFiles(str(root / "outputs")))
    (root / "set" / "manifest.json").rename(root / "set" / "journal.jsonl")  # as a kill at its end leaves it
    (root / "set" / "labels.part").touch()
    assert paths(PictureFiles(str(root))) == ["1.png", "sub/4.png"]


def test_a_link_to_nowhere_is_a_broken_picture_not_a_lost_one(tmp_path: Path) -> None:
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere")
    files = PictureFiles(str(tmp_path))
    record = next(files.read(Piece(0, 1)))
    assert record.where == str(tmp_path / "gone.png")
    with pytest.raises(FileNotFoundError):
        record.open()


def test_classes_are_the_first_folders_and_take_turns(tmp_path: Path) -> None:
    root = tree(
        tmp_path, "cat/1.png", "cat/2.png", "cat/deep/3.png", "cat-big/1.png", "ape/1.png", "ape/2.png", "no/1.txt"
    )
    files = PictureFiles(str(root), labels=True)
    assert files.classes == ("ape", "cat", "cat-big")
    expected = ["ape/1.png", "cat/1.png", "cat-big/1.png", "ape/2.png", "cat/2.png", "cat/deep/3.png"]
    assert records(files) == list(zip(expected, [0, 1, 2, 0, 1, 1], strict=True))


def test_limit_keeps_all_classes_alike_and_classes_choose_and_number(tmp_path: Path) -> None:
    root = tree(tmp_path, *(f"{name}/{k}.png" for name in "abc" for k in range(5)))
    assert records(PictureFiles(str(root), True, limit=4)) == [
        ("a/0.png", 0),
        ("b/0.png", 1),
        ("c/0.png", 2),
        ("a/1.png", 0),
    ]
    chosen = PictureFiles(str(root), True, classes=["c", "a"], limit=3)
    assert chosen.classes == ("c", "a")
    assert records(chosen) == [("a/0.png", 1), ("c/0.png", 0), ("a/1.png", 1)]
    assert paths(PictureFiles(str(root), limit=2)) == ["a/0.png", "a/1.png"]
    assert "d is not among the 3 classes" in refusal(PictureFiles(str(root), True, ["d"]))


@given(st.lists(st.integers(0, 6), min_size=1, max_size=60))
def test_taking_turns_is_fair_and_complete(unsorted: list[int]) -> None:
    labels = np.sort(np.array(unsorted))
    order = in_turns(labels)
    assert sorted(order.tolist()) == list(range(len(labels)))
    for stop in range(len(labels)):
        taken, left = labels[order[:stop]].tolist(), labels[order[stop:]].tolist()
        most = max((taken.count(label) for label in taken), default=0)
        assert all(taken.count(label) >= most - 1 for label in left)  # who falls behind has none left
    for label in set(unsorted):
        assert (np.diff(order[labels[order] == label]) > 0).all()


def test_what_is_wrong_with_a_folder_is_said_in_one_line(tmp_path: Path, monkeypatch: Any) -> None:
    assert "there is no such folder" in refusal(PictureFiles(str(tmp_path / "missing")))
    assert "it is a file" in refusal(PictureFiles(str(picture(tmp_path / "one.png"))))
    others = tree(tmp_path / "others", *(f"{k}.gif" for k in range(11)), "a.txt")
    found = (
        "0 pictures, it passes over 12 files that are no pictures by name (11 .gif, 1 .txt); give a folder with .png"
    )
    assert found in refusal(PictureFiles(str(others)))
    (tmp_path / "empty").mkdir()
    assert "0 pictures, it is empty" in refusal(PictureFiles(str(tmp_path / "empty")))
    mixed = tree(tmp_path / "mixed", "a/1.png", "stray.png")
    assert refusal(PictureFiles(str(mixed), True)).startswith(f"{mixed}/stray.png: lies in no class folder")
    monkeypatch.setattr(os, "scandir", lambda path: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    assert refusal(PictureFiles(str(mixed))).startswith(f"{mixed}/: cannot be listed (Permission denied)")


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="labels=true"):
        PictureFiles("x", classes=["a"])
    with pytest.raises(ValueError, match="limit must be"):
        PictureFiles("x", limit=0)


def test_names_that_are_no_text_or_no_line_are_shown_on_one_line(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    for name in (b"/\xff.png", b"/two\nlines.png"):
        with open(folder + name, "wb") as file:
            Image.new("L", (2, 2)).save(file, "PNG")
    files = PictureFiles(str(tmp_path), labels=True)
    assert files.classes == (r"caf\udce9",)
    assert paths(files) == [r"caf\udce9/two\nlines.png", r"caf\udce9/\udcff.png"]
    assert [record.open().size for record in files.read(Piece(0, 2))] == [(2, 2)] * 2


def test_folders_may_be_nested_deeper_than_calls(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(1200):
        deep = deep / "d"
        deep.mkdir()
    (deep / "x.png").touch()
    assert len(PictureFiles(str(tmp_path))) == 1
    (deep / "x.png").unlink()
    (tmp_path / "here").touch()
    os.removedirs(deep)  # as far as here: pytest's own cleaning would nest as deep


def test_identity_follows_names_sizes_times_and_settings(tmp_path: Path) -> None:
    one = picture(tmp_path / "a" / "1.png")
    picture(tmp_path / "a" / "2.png", 9)

    def identity(**settings: Any) -> dict[str, Any]:
        return PictureFiles(str(tmp_path), **settings).identity()

    before = identity()
    assert identity() == before
    seen = [before, identity(labels=True), identity(labels=True, classes=["a"]), identity(limit=1)]
    os.utime(one, ns=(0, 1))
    seen.append(identity())
    one.write_bytes(one.read_bytes() + b"x")
    os.utime(one, ns=(0, 1))
    seen.append(identity())
    one.rename(tmp_path / "a" / "3.png")
    seen.append(identity())
    assert all(seen[k] != seen[j] for k in range(len(seen)) for j in range(k))


def test_relative_and_home_paths_hold_in_other_processes(tmp_path: Path, monkeypatch: Any) -> None:
    picture(tmp_path / "home" / "a" / "1.png", 7)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "home")
    for root, where in (("a", "a/1.png"), ("~/a", "~/a/1.png")):
        files = pickle.loads(pickle.dumps(PictureFiles(root)))
        monkeypatch.chdir(tmp_path)
        record = next(files.read(Piece(0, 1)))
        assert record.where == where
        assert record.open().getpixel((0, 0)) == 7
        monkeypatch.chdir(tmp_path / "home")


def test_listing_many_files_is_fast_and_small(tmp_path: Path) -> None:
    for folder in range(10):
        (tmp_path / f"{folder:02}").mkdir()
        for number in range(1000):
            os.close(os.open(tmp_path / f"{folder:02}" / f"{number}.png", os.O_CREAT))
    start = time.perf_counter()
    files = PictureFiles(str(tmp_path), labels=True)
    files.identity()
    assert time.perf_counter() - start < 2  # 0.06 s on a quiet core
    assert len(files) == 10_000
    assert len(pickle.dumps(files)) < 10_000 * 40  # it goes to every process


# what is in the files


def encoded(kind: str) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, kind)
    return file.getvalue()


def opened(path: Path, content: bytes) -> Image.Image:
    path.write_bytes(content)
    image = open_picture(str(path))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_what_it_is_whatever_its_name(tmp_path: Path, kind: str) -> None:
    assert opened(tmp_path / "x.jpg", encoded(kind)).format == kind


@pytest.mark.parametrize("content", [b"", b"just text\n" * 9, b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"])
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Image.UnidentifiedImageError):
        opened(tmp_path / "x.png", content)


def test_formats_that_no_name_promised_are_refused(tmp_path: Path) -> None:
    for kind in ("GIF", "BMP", "TIFF", "EPS"):
        with pytest.raises(Image.UnidentifiedImageError):
            opened(tmp_path / "x.png", encoded(kind))


def test_a_png_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    content = encoded("PNG")
    for length in {*range(0, len(content), 37), *range(len(content) - 30, len(content))}:
        with pytest.raises((OSError, SyntaxError)):
            opened(tmp_path / "x.png", content[:length])


def test_a_png_whose_rest_was_never_written_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).resize((160, 120), Image.Resampling.BICUBIC).save(file, "PNG")
    content = file.getvalue()
    holed = content[: len(content) // 2] + bytes(len(content) - len(content) // 2)
    (tmp_path / "x.png").write_bytes(holed)
    Image.open(tmp_path / "x.png").load()  # Pillow alone takes it
    with pytest.raises(OSError, match="PNG chunk at byte 33 does not fit its checksum"):
        open_picture(str(tmp_path / "x.png"))


@pytest.mark.fuzz
@pytest.mark.fault(10)
@given(position=st.integers(8, 7000), flip=st.integers(1, 255))
@settings(max_examples=150, deadline=None)
def test_no_changed_byte_of_a_png_goes_unseen(tmp_path_factory: Any, position: int, flip: int) -> None:
    content = bytearray(encoded("PNG"))
    content[position % (len(content) - 8) + 8] ^= flip
    with pytest.raises((OSError, SyntaxError, ValueError)):
        opened(tmp_path_factory.getbasetemp() / "flipped.png", bytes(content))


def test_a_png_chunk_that_lies_about_its_length_takes_no_memory(tmp_path: Path) -> None:
    content = encoded("PNG")
    lying = content[:33] + struct.pack(">I", 2**31 - 1) + content[37:]
    (tmp_path / "x.png").write_bytes(lying)
    with pytest.raises(OSError, match=r"PNG chunk at byte 33 goes beyond its \d+ bytes"):
        open_picture(str(tmp_path / "x.png"))
