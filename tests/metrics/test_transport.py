import itertools
import math

import pytest
import torch
from scipy.stats import wasserstein_distance

from gan_runner.metrics.transport import wasserstein1, wasserstein1_on_lines


def normal(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_w1_is_the_cheapest_of_all_assignments() -> None:
    real, fakes = normal(6, 2, seed=0), normal(6, 2, seed=1)
    best = min(
        sum(math.dist(real[i].tolist(), fakes[j].tolist()) for i, j in enumerate(order)) / 6
        for order in itertools.permutations(range(6))
    )
    assert wasserstein1(real, fakes) == pytest.approx(best)


def test_w1_of_a_shift_is_the_shift_whatever_the_order() -> None:
    points = normal(200, 2, seed=0)
    shifted = points.flip(0) + torch.tensor([0.3, 0.4])
    assert wasserstein1(points, shifted) == pytest.approx(0.5)


def test_on_lines_it_is_scipys_distance_averaged_over_them() -> None:
    real, fakes = normal(3, 50, seed=2), 1.5 * normal(3, 50, seed=3) + 0.2
    expected = sum(wasserstein_distance(*both) for both in zip(real.numpy(), fakes.numpy(), strict=True)) / 3
    assert wasserstein1_on_lines(real, fakes) == pytest.approx(expected, rel=1e-12)


def test_on_one_line_it_is_the_cheapest_assignment() -> None:
    real, fakes = normal(80, 1, seed=4), 2 * normal(80, 1, seed=5)
    assert wasserstein1_on_lines(real.T, fakes.T) == pytest.approx(wasserstein1(real, fakes), rel=1e-12)
