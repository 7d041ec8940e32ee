"""What slopes 1, 0 and -1 stand for, against the losses they are said to be."""

import numpy as np
import pytest
import torch

from gan_runner.losses.glsgan import GeneralizedLossSensitive
from gan_runner.losses.loss_sensitive import LossSensitive
from gan_runner.losses.wgan import Wasserstein
from gan_runner.types import Turn

MARGIN, COUNT = 0.05, 64


@pytest.fixture(scope="module")
def turn():
    samples = torch.randn(2, COUNT, 3, 4, 4, generator=torch.Generator().manual_seed(8), dtype=torch.float64)
    return Turn(*samples, latent=torch.zeros(COUNT, 1))


@pytest.fixture(scope="module")
def pair():
    """Scores of which some pairs lie within their margin of 2 to 3 and some beyond it."""
    return np.random.default_rng(9).normal(size=(2, COUNT), scale=3.0)


@pytest.fixture
def discriminator(turn, pair, differentiate):
    """``discriminator(loss)``: its value and its slopes by real and by fake scores."""

    def run(loss):
        extra = {"turn": turn} if loss.needs_turn else {}
        value, by_real = differentiate(lambda f: loss.discriminator(f, torch.from_numpy(pair[1]), **extra), pair[0])
        _, by_fake = differentiate(lambda f: loss.discriminator(torch.from_numpy(pair[0]), f, **extra), pair[1])
        return value, by_real, by_fake

    return run


@pytest.fixture
def deltas(turn):
    return MARGIN * np.abs(turn.real.numpy() - turn.fake.numpy()).reshape(COUNT, -1).sum(1)


@pytest.mark.parametrize("slope", [1.0, 0.5, 0.0, -0.3, -1.0, -4.0])
def test_values_and_slopes(slope, discriminator, pair, deltas):
    value, by_real, by_fake = discriminator(GeneralizedLossSensitive(margin=MARGIN, slope=slope))
    shortfall = deltas - pair[0] + pair[1]
    assert 5 < (shortfall < 0).sum() < COUNT - 5
    np.testing.assert_allclose(value, np.maximum(shortfall, slope * shortfall).mean(), rtol=1e-12)
    steepness = np.where(shortfall > 0, 1.0, slope) / COUNT
    np.testing.assert_allclose(by_real, -steepness, rtol=1e-12)
    np.testing.assert_allclose(by_fake, steepness, rtol=1e-12)


def test_slope_one_is_wgan_up_to_a_constant(discriminator, deltas):
    value, by_real, by_fake = discriminator(GeneralizedLossSensitive(margin=MARGIN, slope=1.0))
    known, known_by_real, known_by_fake = discriminator(Wasserstein())
    assert value - deltas.mean() == pytest.approx(known, rel=1e-12)
    np.testing.assert_allclose(by_real, known_by_real, rtol=1e-12)
    np.testing.assert_allclose(by_fake, known_by_fake, rtol=1e-12)


@pytest.mark.parametrize("gamma", [0.0, 0.4])
def test_slope_zero_is_ls_gan(gamma, discriminator):
    found = discriminator(GeneralizedLossSensitive(MARGIN, 1.0, gamma, slope=0.0))
    for ours, known in zip(found, discriminator(LossSensitive(MARGIN, 1.0, gamma)), strict=True):
        np.testing.assert_array_equal(ours, known)


def test_slope_minus_one_is_the_absolute_error_of_the_lead(discriminator, pair, deltas):
    value, by_real, by_fake = discriminator(GeneralizedLossSensitive(margin=MARGIN, slope=-1.0))
    error = deltas - (pair[0] - pair[1])
    assert value == pytest.approx(np.abs(error).mean(), rel=1e-12)
    np.testing.assert_allclose(by_real, -np.sign(error) / COUNT, rtol=1e-12)
    np.testing.assert_allclose(by_fake, np.sign(error) / COUNT, rtol=1e-12)


def test_generator_is_that_of_wgan_whatever_the_slope(turn, pair):
    fake = torch.from_numpy(pair[1])
    for slope in (1.0, 0.0, -1.0):
        assert GeneralizedLossSensitive(slope=slope).generator(None, fake, turn=turn) == -fake.mean()


@pytest.mark.parametrize("slope", [1.001, float("inf"), float("-inf"), float("nan")])
def test_slopes_above_one_are_refused(slope):
    with pytest.raises(ValueError, match="slope must be a number up to 1, got"):
        GeneralizedLossSensitive(slope=slope)


def test_what_holds_for_ls_gans_settings_holds_here():
    with pytest.raises(ValueError, match=r"margin .* from 0 up"):
        GeneralizedLossSensitive(margin=-1.0)


def test_brings_its_official_codes_clipping_and_leaves_the_optimizer_alone(compose_config):
    config, plain = compose_config("loss=glsgan"), compose_config("loss=lsgan", "optim=adam")
    assert config["reg"]["clip"]["bound"] == 0.08
    assert config["optim"] == plain["optim"]
    assert compose_config("loss=glsgan", "reg=none")["reg"] == {}
