import numpy as np
import pytest
import torch
from scipy.stats import norm

from gan_runner.losses.lsgan import LeastSquares

SCHEMES = [(0.0, 1.0, 1.0), (-1.0, 1.0, 0.0), (0.25, -2.0, 3.5)]
GRID = np.linspace(-25.0, 25.0, 2001)


@pytest.fixture(scope="module")
def pairs():
    """Twenty pairs of normal densities on GRID, which reaches far into both tails."""
    random = np.random.default_rng(7)
    means, sds = random.uniform(-3, 3, size=(20, 2)), random.uniform(0.8, 2.0, size=(20, 2))
    return [norm.pdf(GRID[:, None], m, s).T for m, s in zip(means, sds, strict=True)]


def integral(values):
    return np.trapezoid(values, GRID)


def generator_criterion(loss, scores, p_real, p_fake):
    """C(G): the generator's loss over real and fake samples alike; the real part does not depend on G."""
    costs = np.array([loss.generator(None, score).item() for score in torch.from_numpy(scores)])
    return integral(costs * (p_real + p_fake))


@pytest.mark.parametrize(("a", "b", "c"), SCHEMES)
def test_values_and_slopes(a, b, c, scores, differentiate):
    real, fake = scores
    loss = LeastSquares(a, b, c)
    value, slopes = differentiate(loss.real_term, real)
    np.testing.assert_allclose(value, 0.5 * np.mean((real - b) ** 2), rtol=1e-12)
    np.testing.assert_allclose(slopes, (real - b) / len(real), rtol=1e-12)
    value, slopes = differentiate(loss.fake_term, fake)
    np.testing.assert_allclose(value, 0.5 * np.mean((fake - a) ** 2), rtol=1e-12)
    np.testing.assert_allclose(slopes, (fake - a) / len(fake), rtol=1e-12)
    value, slopes = differentiate(lambda f: loss.generator(None, f), fake)
    np.testing.assert_allclose(value, 0.5 * np.mean((fake - c) ** 2), rtol=1e-12)
    np.testing.assert_allclose(slopes, (fake - c) / len(fake), rtol=1e-12)


def test_halfway_scores_cost_a_quarter():
    halves = torch.full((4,), 0.5)
    assert LeastSquares().discriminator(halves, halves).item() == 0.25
    assert LeastSquares().generator(None, halves).item() == 0.125


@pytest.mark.parametrize(("a", "b", "c"), SCHEMES)
def test_best_discriminator_is_the_weighted_mean_of_the_labels(a, b, c, best_scores):
    p_real, p_fake = np.random.default_rng(1).dirichlet(np.ones(20), size=2)
    best = best_scores(LeastSquares(a, b, c), p_real, p_fake)
    np.testing.assert_allclose(best, (b * p_real + a * p_fake) / (p_real + p_fake), atol=1e-10)


def test_scheme_of_equation_eight_minimises_pearson_chi_square(pairs, best_scores):
    loss = LeastSquares(a=-1.0, b=1.0, c=0.0)
    for p_real, p_fake in pairs:
        best = best_scores(loss, p_real, p_fake)
        pearson = integral((p_real - p_fake) ** 2 / (p_real + p_fake))
        assert 2 * generator_criterion(loss, best, p_real, p_fake) == pytest.approx(pearson, rel=1e-6)


def test_scheme_of_equation_nine_does_not_even_up_to_a_factor(pairs, best_scores):
    loss = LeastSquares(a=0.0, b=1.0, c=1.0)
    ratios = []
    for p_real, p_fake in pairs:
        best = best_scores(loss, p_real, p_fake)
        doubled = 2 * generator_criterion(loss, best, p_real, p_fake)
        assert doubled == pytest.approx(integral(p_fake**2 / (p_real + p_fake)), rel=1e-6)
        ratios.append(doubled / integral((p_real - p_fake) ** 2 / (p_real + p_fake)))
    assert max(ratios) > 1.5 * min(ratios)


def test_equal_labels_for_real_and_fake_are_refused():
    with pytest.raises(ValueError, match=r"must differ, got 0\.5"):
        LeastSquares(a=0.5, b=0.5, c=1.0)
