"""Clipped WGANs side by side: what C38 and C41 train, on a few steps."""

import io
from pathlib import Path

import pytest
import torch
from PIL import Image

from gan_runner.claims.c38_momentum import _fall_back
from gan_runner.claims.chart import png
from gan_runner.claims.claim import Bench
from gan_runner.claims.clipped import RATE, train
from gan_runner.claims.registry import entries
from gan_runner.claims.store import rounded


def test_a_training_repeats_and_an_optimizer_uphill_goes_against_its_gradient() -> None:
    down = train(2, 3, lambda weights: torch.optim.SGD(weights, RATE))
    assert down == train(2, 3, lambda weights: torch.optim.SGD(weights, RATE))
    assert down.against == 0
    assert [len(row) for row in down.distances] == [3, 3]
    assert train(2, 3, lambda weights: torch.optim.SGD(weights, RATE, maximize=True)).against == 1


def test_a_fall_back_is_measured_from_the_lowest_before_and_after_the_first_fifth() -> None:
    assert _fall_back([4.0, 9.0, 3.0, 4.0, 2.0, 3.0, 5.0, 1.0, 1.0, 2.0]) == pytest.approx(5 / 2)


@pytest.mark.parametrize("name", ["C38", "C41"])
def test_a_claim_is_measured_told_and_drawn(name: str, tmp_path: Path) -> None:
    claim = entries()[name].load()
    numbers = rounded(claim.measure(Bench(2, tmp_path, 0.005)))
    assert claim.decide(numbers) in ("confirmed", "refuted", "undecided")
    assert claim.key(numbers)
    assert claim.say(numbers).endswith(".")
    assert Image.open(io.BytesIO(png(lambda axes: claim.draw(numbers, axes)))).size == (720, 480)
