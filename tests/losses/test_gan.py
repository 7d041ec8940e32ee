import numpy as np
import pytest
import torch
from scipy.special import expit

from gan_runner.losses.gan import Minimax


def softplus(t):
    return np.logaddexp(0.0, t)


def test_discriminator_is_the_cross_entropy(scores, differentiate):
    real, fake = scores
    value, slopes = differentiate(Minimax().real_term, real)
    np.testing.assert_allclose(value, softplus(-real).mean(), rtol=1e-8)
    np.testing.assert_allclose(slopes, -expit(-real) / len(real), rtol=1e-7)
    value, slopes = differentiate(Minimax().fake_term, fake)
    np.testing.assert_allclose(value, softplus(fake).mean(), rtol=1e-8)
    np.testing.assert_allclose(slopes, expit(fake) / len(fake), rtol=1e-7)


def test_generator_minimises_log_one_minus_the_probability(scores, differentiate):
    fake = scores[1]
    value, slopes = differentiate(lambda f: Minimax().generator(None, f), fake)
    np.testing.assert_allclose(value, -softplus(fake).mean(), rtol=1e-8)
    np.testing.assert_allclose(slopes, -expit(fake) / len(fake), rtol=1e-7)


def test_undecided_discriminator_pays_log_four():
    zeros = torch.zeros(5)
    assert Minimax().discriminator(zeros, zeros).item() == pytest.approx(2 * np.log(2), rel=1e-6)
    assert Minimax().generator(None, zeros).item() == pytest.approx(-np.log(2), rel=1e-6)


@pytest.mark.parametrize("score", [-1e4, -100.0, 100.0, 1e4])
def test_far_scores_cost_their_distance_or_nothing_in_float32(score):
    far = torch.tensor([score], requires_grad=True)
    value = Minimax().fake_term(far)
    value.backward()
    assert value.item() == pytest.approx(max(score, 0.0), abs=1e-30)
    assert far.grad.item() == pytest.approx(float(score > 0), abs=1e-30)


def test_best_discriminator_is_the_log_ratio_and_measures_jensen_shannon(best_scores):
    p_real, p_fake = np.random.default_rng(0).dirichlet(np.ones(12), size=2)
    best = best_scores(Minimax(), p_real, p_fake)
    np.testing.assert_allclose(best, np.log(p_real / p_fake), atol=1e-8)
    mean = 0.5 * (p_real + p_fake)
    divergence = 0.5 * (p_real * np.log(p_real / mean)).sum() + 0.5 * (p_fake * np.log(p_fake / mean)).sum()
    places = torch.from_numpy(best)
    cost = sum(
        p * Minimax().real_term(f).item() + q * Minimax().fake_term(f).item()
        for p, q, f in zip(p_real, p_fake, places, strict=True)
    )
    assert cost == pytest.approx(np.log(4) - 2 * divergence, rel=1e-8)
