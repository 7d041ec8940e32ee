"""Short runs learn today what they learned when their losses were written down (tests/golden/write.py writes them)."""

import json
from pathlib import Path

import pytest

from golden.write import FOLDER, RUNS, losses, place


@pytest.mark.fault(41)
@pytest.mark.parametrize("name", RUNS)
def test_losses_are_those_written_down(name: str) -> None:
    written = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    found = losses(name)
    assert len(found) == len(written["lines"]) == 20
    if written["place"] == place():
        assert found == written["lines"]
    for line, old in zip(found, written["lines"], strict=True):
        ranked = line.pop("score/ranked", None), old.pop("score/ranked", None)  # moves by whole pairs of samples
        assert (ranked[0] is None) == (ranked[1] is None)
        assert line == pytest.approx(old, rel=1e-3, abs=1e-3)


def test_every_file_is_compared_with() -> None:
    assert {path.stem for path in Path(FOLDER).glob("*.json")} == set(RUNS)
