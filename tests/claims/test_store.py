"""Results on the disk."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gan_runner.claims.store import Result, read, rounded, write
from gan_runner.errors import UsageError


def test_a_result_is_read_as_it_was_written(tmp_path: Path, result: Result) -> None:
    write(tmp_path / "new", result, b"picture")
    assert read(tmp_path / "new", "C05") == result
    assert (tmp_path / "new" / "C05.png").read_bytes() == b"picture"
    assert read(tmp_path / "new", "C06") is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"verdict": "maybe"}, "claim or verdict is odd"),
        ({"claim": "C06"}, "claim or verdict is odd"),
        ({"seconds": "long"}, "seconds is odd"),
        ({"sentence": 3}, "sentence is odd"),
        ({"numbers": []}, "numbers is odd"),
        ({"more": 1}, "more"),
    ],
)
def test_a_damaged_result_is_one_sentence(tmp_path: Path, result: Result, change: dict[str, object], why: str) -> None:
    write(tmp_path, result, b"")
    path = tmp_path / "C05.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(UsageError, match=why) as caught:
        read(tmp_path, "C05")
    assert str(caught.value).endswith("take it away and run gan-claim run C05")


@pytest.mark.parametrize("text", ["", "[]", '{"claim": "C05"}', '{"claim": '])
def test_a_torn_file_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "C05.json").write_text(text)
    with pytest.raises(UsageError, match=r"C05\.json is damaged"):
        read(tmp_path, "C05")


def test_whole_seconds_are_no_damage(tmp_path: Path, result: Result) -> None:
    write(tmp_path, replace(result, seconds=2), b"")
    assert read(tmp_path, "C05") == replace(result, seconds=2)


def test_numbers_keep_six_digits_in_any_nesting() -> None:
    found = rounded({"a": 1 / 3, "b": [2e-9 / 3, (1, "x")], "c": True})
    assert found == {"a": 0.333333, "b": [6.66667e-10, [1, "x"]], "c": True}
