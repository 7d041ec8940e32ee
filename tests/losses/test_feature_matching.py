import numpy as np
import pytest
import torch

from gan_runner.losses.feature_matching import FeatureMatching
from gan_runner.losses.gan import Minimax
from gan_runner.types import Features, Turn


@pytest.fixture
def features():
    random = np.random.default_rng(2)
    return random.normal(size=(6, 4)), random.normal(0.5, 2.0, size=(3, 4))


def turn_of(real, fake):
    return Turn(torch.zeros(6, 1), torch.zeros(3, 1), torch.zeros(3, 1), features=Features(real, fake))


def test_generator_value_and_slopes(features):
    real, fake = features
    y = torch.from_numpy(fake).requires_grad_()
    value = FeatureMatching().generator(None, torch.zeros(3), turn=turn_of(torch.from_numpy(real), y))
    gap = fake.mean(0) - real.mean(0)
    assert value.item() == pytest.approx((gap**2).sum() / 4, rel=1e-12)
    np.testing.assert_allclose(torch.autograd.grad(value, y)[0], np.broadcast_to(2 * gap / (4 * 3), (3, 4)), rtol=1e-12)


def test_generator_minimises_mmd_under_the_linear_kernel_and_no_other(features):
    real, fake = features

    def squared_mmd(kernel):
        return kernel(real, real).mean() - 2 * kernel(real, fake).mean() + kernel(fake, fake).mean()

    turn = turn_of(*map(torch.from_numpy, features))
    value = FeatureMatching().generator(None, torch.zeros(3), turn=turn).item()
    assert value * 4 == pytest.approx(squared_mmd(lambda a, b: a @ b.T), rel=1e-6)
    assert value * 4 != pytest.approx(squared_mmd(lambda a, b: (a @ b.T) ** 2), rel=1e-2)


def test_discriminator_is_the_logistic_one_whatever_the_features(scores, features):
    real, fake = (torch.from_numpy(side) for side in scores)
    value = FeatureMatching().discriminator(real, fake, turn=turn_of(*map(torch.from_numpy, features)))
    assert torch.equal(value, Minimax().discriminator(real, fake))
    wanted = np.logaddexp(0, -scores[0]).mean() + np.logaddexp(0, scores[1]).mean()
    assert value.item() == pytest.approx(wanted, rel=1e-12)


def test_settings_are_those_of_any_other_run(compose_config):
    config, plain = compose_config("loss=feature_matching"), compose_config("loss=gan")
    assert config | {"loss": None} == plain | {"loss": None}
