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


def features(count: int, seed: int, shift: float) -> torch.Tensor:
    """Return 48 correlated numbers a sample, none below 0, as a network's last features are."""
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(48, 48, generator=torch.Generator().manual_seed(9))
    return (torch.randn(count, 48, generator=generator) @ mixing + shift).relu()


def test_of_features_it_agrees_with_scipy() -> None:
    real, fake = features(400, seed=1, shift=0.0), features(300, seed=2, shift=0.5)
    (mean1, cov1), (mean2, cov2) = (
        (rows.mean(axis=0), np.cov(rows, rowvar=False)) for rows in (real.double().numpy(), fake.double().numpy())
    )
    expected = np.square(mean1 - mean2).sum() + np.trace(cov1 + cov2 - 2 * sqrtm(cov1 @ cov2).real)
    assert frechet_distance(*moments(real), *moments(fake)) == pytest.approx(expected, rel=1e-6)


def test_of_features_it_agrees_with_torch_fidelity() -> None:
    fidelity = pytest.importorskip("torch_fidelity.metric_fid", reason="the extra metrics")
    real, fake = features(400, seed=1, shift=0.0), features(300, seed=2, shift=0.5)
    theirs = fidelity.fid_statistics_to_metric(
        *(fidelity.fid_features_to_statistics(rows.double()) for rows in (real, fake)), verbose=False
    )
    expected = theirs["frechet_inception_distance"]
    assert frechet_distance(*moments(real), *moments(fake)) == pytest.approx(expected, rel=1e-6)


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
