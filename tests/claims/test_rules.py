"""Every claim's rule, on made-up numbers on either side of its thresholds, and every claim's words and figure."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from code_cases import CODES
from critic_cases import CRITICS
from digit_cases import DIGITS
from exact_cases import EXACT
from gan_runner.claims.chart import png
from gan_runner.claims.claim import Bench, Claim
from gan_runner.claims.registry import entries
from gan_runner.claims.store import read, rounded
from grid_cases import GRID
from ring_cases import RING

ROOT = Path(__file__).parents[2]
CASES = {**EXACT, **RING, **GRID, **CRITICS, **DIGITS, **CODES}
THEORY = [name for name, entry in entries().items() if entry.kind == "theory"]
SHORT = 0.005
"""The share of the training steps that the short form does: enough to go through all the code."""
SLOW = (
    *("C01", "C03", "C06", "C07", "C09", "C11", "C12", "C13", "C18"),
    *("C19", "C20", "C35", "C36", "C40", "C44", "C55", "C63"),
)
"""Claims that train something: their short form says nothing of the verdict."""
LONGER = ("C10", "C34", "C46")
"""Claims on training whose loop is their own, not a sweep: their short form takes seconds."""
VERDICTS = {
    **dict.fromkeys(("C02", "C04", "C05", "C08", "C14", "C15", "C43"), "confirmed"),
    **dict.fromkeys(("C16", "C17", "C53"), "refuted"),
}
"""Of the exact claims, which need no training."""


def load(name: str) -> Claim:
    return entries()[name].load()


@pytest.mark.parametrize(
    ("name", "word", "numbers"), [(name, word, numbers) for name in CASES for word, numbers in CASES[name]]
)
def test_the_rule_decides_on_either_side_of_its_thresholds(name: str, word: str, numbers: dict[str, Any]) -> None:
    assert load(name).decide(numbers) == word


def test_every_claim_has_made_up_numbers_for_two_verdicts_at_least() -> None:
    assert CASES.keys() == entries().keys()
    assert all(len({word for word, _ in cases}) >= 2 for cases in CASES.values())


@pytest.mark.parametrize("name", [*THEORY, *LONGER])
def test_a_claim_without_a_sweep_is_measured_told_and_drawn(name: str, tmp_path: Path) -> None:
    claim = load(name)
    numbers = rounded(claim.measure(Bench(min(claim.seeds, 2), tmp_path, SHORT if name in (*SLOW, *LONGER) else 1.0)))
    verdict = claim.decide(numbers)
    assert verdict == VERDICTS.get(name, verdict)
    assert claim.key(numbers)
    assert claim.say(numbers).endswith(".")
    picture = png(lambda axes: claim.draw(numbers, axes))
    assert len(picture) < 60_000
    assert Image.open(io.BytesIO(picture)).size == (720, 480)


def test_exact_and_trained_claims_are_told_apart() -> None:
    assert set(SLOW) | VERDICTS.keys() == set(THEORY)


@pytest.mark.slow
@pytest.mark.parametrize("name", THEORY)
def test_a_theory_claim_repeats_with_the_verdict_of_the_report(name: str, tmp_path: Path) -> None:
    claim = load(name)
    kept = read(ROOT / "docs" / "claims", name)
    assert kept is not None
    assert claim.decide(rounded(claim.measure(Bench(claim.seeds, tmp_path)))) == kept.verdict
