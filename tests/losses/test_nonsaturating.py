import numpy as np
import pytest
import torch
from scipy.special import expit

from gan_runner.losses.nonsaturating import NonSaturating


def softplus(t):
    return np.logaddexp(0.0, t)


def test_discriminator_is_the_cross_entropy(scores, differentiate):
    real, fake = scores
    value, slopes = differentiate(NonSaturating().real_term, real)
    np.testing.assert_allclose(value, softplus(-real).mean(), rtol=1e-8)
    np.testing.assert_allclose(slopes, -expit(-real) / len(real), rtol=1e-7)
    value, slopes = differentiate(NonSaturating().fake_term, fake)
    np.testing.assert_allclose(value, softplus(fake).mean(), rtol=1e-8)
    np.testing.assert_allclose(slopes, expit(fake) / len(fake), rtol=1e-7)


def test_generator_maximises_log_probability(scores, differentiate):
    fake = scores[1]
    value, slopes = differentiate(lambda f: NonSaturating().generator(None, f), fake)
    np.testing.assert_allclose(value, softplus(-fake).mean(), rtol=1e-8)
    np.testing.assert_allclose(slopes, -expit(-fake) / len(fake), rtol=1e-7)


def test_undecided_discriminator_pays_two_log_two():
    zeros = torch.zeros(5)
    assert NonSaturating().discriminator(zeros, zeros).item() == pytest.approx(2 * np.log(2), rel=1e-6)
    assert NonSaturating().generator(None, zeros).item() == pytest.approx(np.log(2), rel=1e-6)


def test_generator_keeps_its_gradient_where_fakes_are_rejected_and_loses_it_where_accepted(differentiate):
    rejected, accepted = differentiate(lambda f: NonSaturating().generator(None, f).sum() * 2, np.array([-30.0, 30.0]))[
        1
    ]
    assert rejected == pytest.approx(-1.0)
    assert abs(accepted) < 1e-12
