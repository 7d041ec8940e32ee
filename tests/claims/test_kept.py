"""The results that are kept of trainings: what is told and drawn follows from their numbers."""

import io
from pathlib import Path

import pytest
from PIL import Image

from gan_runner.claims.chart import png
from gan_runner.claims.registry import entries
from gan_runner.claims.store import read

RESULTS = Path(__file__).parents[2] / "docs" / "claims"
KEPT = [name for name, entry in entries().items() if entry.kind == "training" and (RESULTS / f"{name}.json").exists()]


@pytest.mark.parametrize("name", KEPT)
def test_the_verdict_the_words_and_the_figure_follow_from_the_numbers(name: str) -> None:
    claim, kept = entries()[name].load(), read(RESULTS, name)
    assert kept is not None
    assert kept.digest == claim.digest
    assert kept.verdict == claim.decide(kept.numbers)
    assert (kept.key, kept.sentence) == (claim.key(kept.numbers), claim.say(kept.numbers))
    picture = png(lambda axes: claim.draw(kept.numbers, axes))
    assert len(picture) < 60_000
    assert Image.open(io.BytesIO(picture)).size == (720, 480)
