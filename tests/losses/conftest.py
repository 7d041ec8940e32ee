"""Scores to try every loss at, and ways to differentiate a loss that know nothing of its formula."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gan_runner.losses.base import SeparableLoss

Array = NDArray[np.float64]

# Real and fake batches differ in size, so that dividing by the wrong one shows. None sits on a kink of the hinge.
POINTS = {
    "undecided": ([0.0, 0.0, 0.0], [0.0, 0.0]),
    "fooled": ([-3.0, -0.4, -7.5, -0.01], [2.5, 0.6, 11.0]),
    "winning": ([3.0, 0.4, 25.0], [-2.5, -0.6, -31.0, -0.2, -1.7]),
    "mixed": ([-0.9, 1.3, 0.2, 4.0, -12.0], [0.8, -1.4, 6.0]),
}


@pytest.fixture(params=POINTS.values(), ids=POINTS.keys())
def scores(request: pytest.FixtureRequest) -> tuple[Array, Array]:
    real, fake = request.param
    return np.array(real), np.array(fake)


@pytest.fixture
def differentiate() -> Callable[..., tuple[float, Array]]:
    """``differentiate(objective, scores)``: its value and its derivative by each score."""

    def run(objective: Callable[[torch.Tensor], torch.Tensor], scores: Array) -> tuple[float, Array]:
        tensor = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
        value = objective(tensor)
        assert value.shape == ()
        (slopes,) = torch.autograd.grad(value, tensor)
        return value.item(), slopes.numpy()

    return run


@pytest.fixture
def best_scores(differentiate: Callable[..., tuple[float, Array]]) -> Callable[..., Array]:
    """``best_scores(loss, p_real, p_fake)``: the discriminator's best score at each place, found by bisection."""

    def find(loss: SeparableLoss, p_real: Array, p_fake: Array) -> Array:
        low, high = np.full_like(p_real, -100.0), np.full_like(p_real, 100.0)
        for _ in range(60):
            middle = 0.5 * (low + high)
            slope = (
                p_real * differentiate(loss.real_term, middle)[1] + p_fake * differentiate(loss.fake_term, middle)[1]
            )
            low, high = np.where(slope < 0, middle, low), np.where(slope < 0, high, middle)
        return 0.5 * (low + high)

    return find
