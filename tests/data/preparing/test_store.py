import contextlib
import json
from pathlib import Path

import numpy as np
import pytest

from gan_runner.data.preparing.prepare import prepare
from gan_runner.data.preparing.recipe import Recipe
from gan_runner.data.preparing.store import HEADER, in_bytes, npy_header, open_prepared, verify
from gan_runner.errors import UsageError

COUNT = 12


def quiet(what: str, done: int, total: int) -> None:
    pass


@pytest.fixture
def folder(numbers: type, tmp_path: Path) -> Path:
    prepare(numbers(COUNT), Recipe(4), "stop", tmp_path / "set", quiet, jobs=1)
    return tmp_path / "set"


@pytest.mark.parametrize("count", [1, 9, 60_000, 3_033_042, 10**9])
def test_the_header_is_numpys_own_and_as_long_for_every_count(count: int, tmp_path: Path) -> None:
    header = npy_header((count, 3, 112, 112))
    assert len(header) == HEADER
    (tmp_path / "x.npy").write_bytes(header)
    with (tmp_path / "x.npy").open("rb") as file:
        assert np.lib.format.read_magic(file) == (1, 0)
        assert np.lib.format.read_array_header_1_0(file) == ((count, 3, 112, 112), False, np.dtype("uint8"))
        assert file.tell() == HEADER


@pytest.mark.parametrize("length", [0, 1, HEADER - 1, HEADER, HEADER + 16 * COUNT - 1])
def test_pictures_cut_short_are_a_sentence(folder: Path, length: int) -> None:
    content = (folder / "samples.npy").read_bytes()
    (folder / "samples.npy").write_bytes(content[:length])
    with pytest.raises(UsageError, match=rf"samples\.npy: {length} bytes in place of {HEADER + 16 * COUNT}; remove"):
        open_prepared(folder)


def test_a_missing_or_foreign_array_is_a_sentence(folder: Path) -> None:
    content = (folder / "samples.npy").read_bytes()
    (folder / "samples.npy").write_bytes(b"x" + content[1:])
    with pytest.raises(UsageError, match="its header is not that of the manifest"):
        open_prepared(folder)
    (folder / "samples.npy").unlink()
    with pytest.raises(UsageError, match=r"samples\.npy: is not there"):
        open_prepared(folder)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"format": 1, "shape": [1, 1]}', '{"format": 9, "shape": [12, 1, 4, 4]}', "\x00"],
)
def test_a_damaged_manifest_is_a_sentence(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    with pytest.raises(UsageError, match=r"manifest\.json: .*; remove .* and prepare the data again") as caught:
        open_prepared(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [None, 0, -1, True, 1.5, "x", [], {}, [None], [1, 1, 4, 4], [10**30], "gone"])
@pytest.mark.parametrize(
    "field", ["format", "name", "shape", "count", "classes", "skipped", "broken", "sha256", "labels_sha256", "key"]
)
def test_no_edit_of_a_manifest_is_more_than_a_sentence(numbers: type, folder: Path, field: str, value: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    edited = manifest | {field: value}
    if value == "gone":
        del edited[field]
    (folder / "manifest.json").write_text(json.dumps(edited))
    harmless = edited == manifest or (field, value) == ("name", "x")  # True is 1; a name is only a word
    with contextlib.nullcontext() if harmless else pytest.raises(UsageError) as caught:
        verify(open_prepared(folder), quiet)
        prepare(numbers(COUNT), Recipe(4), "stop", folder, quiet, jobs=1)
    assert caught is None or "\n" not in str(caught.value)


@pytest.mark.parametrize("labels", [np.zeros(COUNT - 1, np.int32), np.zeros(COUNT), None])
def test_labels_that_do_not_belong_are_a_sentence(folder: Path, labels: np.ndarray | None) -> None:
    np.save(folder / "labels.npy", labels) if labels is not None else (folder / "labels.npy").write_bytes(b"no")
    with pytest.raises(UsageError, match=r"labels\.npy: "):
        open_prepared(folder)


def test_labels_that_are_gone_changed_or_too_many_for_the_classes_are_a_sentence(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"classes": ["even"]}))
    with pytest.raises(UsageError, match=r"manifest\.json: labels from 0 to 1 for 1 classes; remove"):
        open_prepared(folder).labels()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    np.save(folder / "labels.npy", np.full(COUNT, 7, np.int32))
    with pytest.raises(UsageError, match=r"labels\.npy: the labels are not those that were written"):
        open_prepared(folder).labels()
    (folder / "labels.npy").unlink()
    with pytest.raises(UsageError, match=r"labels\.npy: is not there"):
        open_prepared(folder)


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0.0 kB"), (1500, "1.5 kB"), (5e6, "5.0 MB"), (2.34e9, "2.3 GB"), (7e12, "7,000.0 GB")]
)
def test_bytes_are_told_in_the_unit_that_fits(number: float, said: str) -> None:
    assert in_bytes(number) == said


def test_a_folder_without_a_manifest_is_no_set(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no prepared set there \(no manifest\.json\)"):
        open_prepared(tmp_path)


def test_verifying_finds_a_single_flipped_bit(folder: Path) -> None:
    prepared = open_prepared(folder)
    told: list[tuple[int, int]] = []
    verify(prepared, lambda what, *at: told.append(at))
    assert told[-1] == (COUNT, COUNT)
    content = bytearray((folder / "samples.npy").read_bytes())
    content[HEADER + 77] ^= 1
    (folder / "samples.npy").write_bytes(content)
    with pytest.raises(UsageError, match=r"samples\.npy: the pixels are not those that were written"):
        verify(open_prepared(folder), quiet)
    content[HEADER + 77] ^= 1
    (folder / "samples.npy").write_bytes(content)
    np.save(folder / "labels.npy", np.zeros(COUNT, np.int32))
    with pytest.raises(UsageError, match=r"labels\.npy: the labels are not those that were written"):
        verify(open_prepared(folder), quiet)


def test_the_manifest_is_for_people_too(folder: Path) -> None:
    text = (folder / "manifest.json").read_text()
    assert text.count("\n") > 10
    assert json.loads(text)["count"] == COUNT
