import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm

from gan_runner.metrics.frechet import frechet_distance, moments


def gaussian(seed: int, size: int, rank: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    factor = generator.normal(size=(size, rank))
    return generator.normal(size=size), factor @ factor.T


def distance(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> float:
    return frechet_distance(*(torch.from_numpy(array) for array in (*one, *other)))


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_it_agrees_with_the_general_matrix_square_root(size: int) -> None:
    (mean1, cov1), (mean2, cov2) = one, other = gaussian(1, size, size + 3), gaussian(2, size, size + 3)
    expected = np.square(mean1 - mean2).sum() + np.trace(cov1 + cov2 - 2 * sqrtm(cov1 @ cov2).real)
    assert distance(one, other) == pytest.approx(expected, rel=1e-6)
    assert distance(other, one) == pytest.approx(expected, rel=1e-6)


def test_diagonal_gaussians_have_a_closed_form() -> None:
    sd1, sd2 = np.array([1.0, 2.0, 0.0]), np.array([3.0, 0.5, 1.5])
    mean1, mean2 = np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 0.0])
    expected = np.square(mean1 - mean2).sum() + np.square(sd1 - sd2).sum()
    assert distance((mean1, np.diag(sd1**2)), (mean2, np.diag(sd2**2))) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("rank", [1, 10, 40])
def test_equal_gaussians_have_distance_zero_at_any_rank(rank: int) -> None:
    one = gaussian(3, 40, rank)
    assert 0 <= distance(one, one) < 1e-9 * np.trace(one[1])


@pytest.mark.parametrize("count", [2, 50, 25_001])
def test_moments_are_numpys(count: int) -> None:
    features = np.random.default_rng(0).normal(5, 2, size=(count, 4)).astype(np.float32)
    mean, cov = moments(torch.from_numpy(features))
    assert mean.dtype == cov.dtype == torch.float64
    np.testing.assert_allclose(mean, features.astype(np.float64).mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(cov, np.cov(features.astype(np.float64), rowvar=False), rtol=1e-10)
    assert moments(torch.randn(5, 1))[1].shape == (1, 1)
