import numpy as np
import pytest
import torch

from gan_runner.losses.loss_sensitive import LossSensitive
from gan_runner.types import Turn

REAL, FAKE = np.array([0.4, -2.0, 3.0, 0.1]), np.array([0.3, 1.5, -4.0, 0.2])


@pytest.fixture(scope="module")
def samples():
    return np.random.default_rng(5).normal(size=(2, 4, 3, 5, 5))


def turn_between(samples):
    real, fake = torch.from_numpy(samples)
    return Turn(real, fake, latent=torch.zeros(len(real), 1))


def distances(samples, p):
    gaps = np.abs(samples[0] - samples[1]).reshape(len(samples[0]), -1)
    return (gaps**p).sum(1) ** (1 / p)


def both(loss, turn, differentiate):
    """The discriminator's value and its slopes by real and by fake scores."""
    value, by_real = differentiate(lambda f: loss.discriminator(f, torch.from_numpy(FAKE), turn=turn), REAL)
    _, by_fake = differentiate(lambda f: loss.discriminator(torch.from_numpy(REAL), f, turn=turn), FAKE)
    return value, by_real, by_fake


@pytest.mark.parametrize(("margin", "p"), [(0.01, 1.0), (0.05, 2.0), (0.3, 3.0), (0.0, 1.0)])
@pytest.mark.parametrize("gamma", [0.0, 0.7])
def test_values_and_slopes(margin, p, gamma, samples, differentiate):
    value, by_real, by_fake = both(LossSensitive(margin, p, gamma), turn_between(samples), differentiate)
    shortfall = margin * distances(samples, p) - REAL + FAKE
    assert 0 < (shortfall > 0).sum() < 4
    np.testing.assert_allclose(value, np.maximum(shortfall, 0).mean() - gamma * REAL.mean(), rtol=1e-12)
    short = np.where(shortfall > 0, 0.25, 0.0)
    np.testing.assert_allclose(by_real, -short - gamma / 4, rtol=1e-12)
    np.testing.assert_allclose(by_fake, short, rtol=1e-12)


def test_with_the_loss_function_of_the_paper_which_is_low_for_real(samples):
    loss_real, loss_fake, turn = -torch.from_numpy(REAL), -torch.from_numpy(FAKE), turn_between(samples)
    delta = 0.02 * torch.from_numpy(distances(samples, 1))
    wanted = 0.3 * loss_real.mean() + (delta + loss_real - loss_fake).clamp(min=0).mean()
    found = LossSensitive(0.02, 1.0, 0.3).discriminator(-loss_real, -loss_fake, turn=turn)
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=0)
    assert LossSensitive().generator(None, -loss_fake, turn=turn) == loss_fake.mean()


def test_generator_raises_all_its_scores_alike(samples, differentiate):
    value, slopes = differentiate(lambda f: LossSensitive().generator(None, f, turn=turn_between(samples)), FAKE)
    assert value == pytest.approx(-FAKE.mean())
    np.testing.assert_allclose(slopes, np.full(4, -0.25))


def test_a_pair_counts_until_its_lead_reaches_its_own_margin():
    """Distances 7 (p 1) and 5 (p 2) of (3, 4) from the origin, and 0 of a sample from itself."""
    turn = Turn(torch.tensor([[3.0, 4.0], [1.0, 1.0]]), torch.tensor([[0.0, 0.0], [1.0, 1.0]]), torch.zeros(2, 1))
    zeros = torch.zeros(2)
    assert LossSensitive(1.0, 1.0).discriminator(zeros, zeros, turn=turn).item() == pytest.approx(3.5)
    assert LossSensitive(1.0, 2.0).discriminator(zeros, zeros, turn=turn).item() == pytest.approx(2.5)
    leads = torch.tensor([5.0, 0.0])
    assert LossSensitive(1.0, 2.0).discriminator(leads, zeros, turn=turn).item() == 0.0
    assert LossSensitive(1.0, 2.0).discriminator(leads - 1.0, zeros, turn=turn).item() == pytest.approx(1.0)


def test_scores_of_patches_share_their_samples_margin(samples):
    turn = turn_between(samples)
    real, fake = torch.randn(2, 4, 1, 4, 4, generator=torch.Generator().manual_seed(6))
    loss = LossSensitive(0.01)
    each = [loss.discriminator(real[:, 0, i, j], fake[:, 0, i, j], turn=turn) for i in range(4) for j in range(4)]
    torch.testing.assert_close(loss.discriminator(real, fake, turn=turn), torch.stack(each).mean())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"margin": -0.1}, r"margin .* from 0 up, got -0\.1"),
        ({"margin": float("inf")}, r"margin .* from 0 up, got inf"),
        ({"p": 0.5}, r"p \(of the norm\) .* from 1 up, got 0\.5"),
        ({"gamma": -1.0}, r"gamma .* from 0 up, got -1\.0"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        LossSensitive(**settings)


def test_brings_its_official_codes_learning_rate(compose_config):
    config = compose_config("loss=loss_sensitive")
    assert config["optim"]["generator"] == {"lr": 1e-4, "betas": [0.5, 0.999]}
    assert compose_config("loss=loss_sensitive", "optim=adam")["optim"]["lr"] == 2e-4
