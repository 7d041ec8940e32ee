"""Prepared sets, finished and unfinished, of which anything may have been changed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_runner.data.encoded.base import Broken, Piece
from gan_runner.data.prepared import load
from gan_runner.data.preparing.begun import JOURNAL, LABELS_PART, SAMPLES_PART
from gan_runner.data.preparing.decoding import Decoded, Sizes
from gan_runner.data.preparing.journal import Growing
from gan_runner.data.preparing.store import HEADER, open_prepared, verify

HEAD = {"name": "n", "place": "p", "source": {"files": 1, "limit": None}, "recipe": {"size": 2, "channels": 1}}
ROWS = (3, 1, 2, 4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from((10**400, 2**63)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def quiet(what: str, done: int, total: int) -> None:
    pass


def grow(folder: Path, head: dict[str, Any] = HEAD) -> Growing:
    return Growing(folder, head, (1, 2, 2), quiet)


def piece(number: int) -> tuple[np.ndarray, Decoded]:
    """Return the pixels of a piece, which also has one broken picture, and what is said of it."""
    first = sum(ROWS[:number]) + number
    labels = np.arange(ROWS[number], dtype=np.int32)
    broken = (Broken(f"number {first}", "is bad"),)
    said = Decoded(Piece(first, ROWS[number] + 1), labels, broken, Sizes({(2, 2, "L"): ROWS[number]}), None, 0.1)
    return np.full((ROWS[number], 1, 2, 2), number + 1, np.uint8), said


def fill(growing: Growing, first: int = 0) -> None:
    for number in range(first, len(ROWS)):
        growing.append(*piece(number))


def finished(folder: Path) -> tuple[Any, ...]:
    """Return everything a finished folder says."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest, (folder / "samples.npy").read_bytes(), (folder / "labels.npy").read_bytes()


def finish(growing: Growing) -> None:
    said = {"broken": [vars(one) for one in growing.broken], "sizes": sorted(growing.sizes.items())}
    growing.finish({"last": vars(growing.last) if growing.last else None, **said})


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], tuple[Any, ...]]:
    """The files of an unfinished set by name, and what it would have become."""
    folder = tmp_path_factory.mktemp("unfinished")
    growing = grow(folder)
    fill(growing)
    growing.close()
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    again = grow(folder)
    assert again.rows == sum(ROWS)
    finish(again)
    again.close()
    return files, finished(folder)


@pytest.mark.fuzz
@settings(max_examples=60)
@given(name=st.sampled_from((JOURNAL, JOURNAL, SAMPLES_PART, LABELS_PART)), data=st.data())
def test_whatever_happens_to_a_beginning_the_end_is_the_same_or_a_sentence(
    tmp_path_factory: Any, unfinished: Any, damage: Any, refused_at_most: Any, name: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    files, expected = unfinished
    for other, content in files.items():
        (folder / other).write_bytes(damage(data, content) if other == name else content)
    growing = None
    with refused_at_most():
        growing = grow(folder)
    if growing is None:
        return
    try:
        begun = next(number for number in range(len(ROWS) + 1) if sum(ROWS[:number]) == growing.rows)
        fill(growing, begun)
        finish(growing)
    finally:
        growing.close()
    assert finished(folder) == expected


@pytest.mark.parametrize("field", ["piece", "rows", "broken", "sizes"])
def test_a_journal_line_that_was_changed_is_worth_nothing(tmp_path: Path, unfinished: Any, field: str) -> None:
    for name, content in unfinished[0].items():
        (tmp_path / name).write_bytes(content)
    head, first, *rest = (tmp_path / JOURNAL).read_text().splitlines()
    changed = json.loads(first) | {field: {"piece": {"first": 1, "count": 4, "mark": ""}, "rows": 3}.get(field, [])}
    (tmp_path / JOURNAL).write_text("\n".join([head, json.dumps(changed), *rest, ""]))
    growing = grow(tmp_path)
    unchanged = json.dumps(changed) == first
    assert growing.rows == (sum(ROWS) if unchanged else 0)
    growing.close()


@pytest.mark.fuzz
@settings(max_examples=60)
@given(data=st.data())
def test_no_damage_to_a_prepared_set_is_more_than_a_sentence(
    tmp_path_factory: Any, prepared_files: dict[str, bytes], damage: Any, refused_at_most: Any, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("set")
    name = data.draw(st.sampled_from(sorted(prepared_files)))
    for other, content in prepared_files.items():
        (folder / other).write_bytes(damage(data, content) if other == name else content)
    check(refused_at_most, folder, prepared_files)


@pytest.mark.fuzz
@settings(max_examples=60)
@given(changes=st.dictionaries(st.text(max_size=5) | st.sampled_from(("shape", "classes", "broken", "name")), JSON))
def test_no_manifest_is_more_than_a_sentence(
    tmp_path_factory: Any, prepared_files: dict[str, bytes], refused_at_most: Any, changes: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("set")
    manifest = json.loads(prepared_files["manifest.json"])
    for name, content in prepared_files.items():
        (folder / name).write_bytes(content)
    (folder / "manifest.json").write_text(json.dumps(manifest | changes), encoding="utf-8")
    check(refused_at_most, folder, prepared_files)


def check(refused_at_most: Any, folder: Path, files: dict[str, bytes]) -> None:
    """Read the set in every way there is: as it was written, or not at all."""
    source = None
    with refused_at_most():
        verify(open_prepared(folder), quiet)
        source = load(str(folder)).source(quiet)
    if source is None:
        return
    assert source.samples.numpy().tobytes() == files["samples.npy"][HEADER:]
    assert source.labels is None or source.labels.int().numpy().tobytes() == files["labels.npy"][HEADER:]


@pytest.fixture(scope="module")
def prepared_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a finished set by name."""
    folder = tmp_path_factory.mktemp("finished")
    growing = grow(folder)
    fill(growing)
    said = {"format": 1, "name": "n", "classes": ["a", "b", "c", "d"], "skipped": 4, "key": "k"}
    growing.finish(said | {"broken": [{"where": one.where, "reason": one.reason} for one in growing.broken]})
    growing.close()
    return {path.name: path.read_bytes() for path in folder.iterdir()}
