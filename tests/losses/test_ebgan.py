import numpy as np
import pytest
import torch

from gan_runner.losses.ebgan import EnergyMargin


@pytest.mark.parametrize("margin", [10.0, 2.0, 0.75])
def test_values_and_slopes(margin, scores, differentiate):
    real, fake = scores
    loss = EnergyMargin(margin)
    value, slopes = differentiate(loss.real_term, real)
    np.testing.assert_allclose(value, -real.mean(), rtol=1e-12)
    np.testing.assert_allclose(slopes, np.full(len(real), -1 / len(real)), rtol=1e-12)
    value, slopes = differentiate(loss.fake_term, fake)
    np.testing.assert_allclose(value, np.maximum(0, margin + fake).mean(), rtol=1e-12)
    np.testing.assert_allclose(slopes, np.where(fake > -margin, 1 / len(fake), 0.0), rtol=1e-12)
    value, slopes = differentiate(lambda f: loss.generator(None, f), fake)
    np.testing.assert_allclose(value, -fake.mean(), rtol=1e-12)
    np.testing.assert_allclose(slopes, np.full(len(fake), -1 / len(fake)), rtol=1e-12)


def test_with_energies_as_the_paper_writes_it():
    energy_real, energy_fake = torch.tensor([0.5, 2.0, 0.0]), torch.tensor([1.0, 12.0, 9.5])
    wanted = energy_real.mean() + (10.0 - energy_fake).clamp(min=0).mean()
    torch.testing.assert_close(EnergyMargin().discriminator(-energy_real, -energy_fake), wanted)
    torch.testing.assert_close(EnergyMargin().generator(None, -energy_fake), energy_fake.mean())


def test_best_for_the_discriminator_is_no_energy_on_real_and_the_margin_on_fake():
    assert EnergyMargin(3.0).discriminator(torch.zeros(2), torch.full((2,), -3.0)).item() == 0.0
    assert EnergyMargin(3.0).discriminator(torch.zeros(2), torch.full((2,), -9.0)).item() == 0.0
    assert EnergyMargin(3.0).discriminator(torch.zeros(2), torch.full((2,), -1.0)).item() == 2.0


@pytest.mark.parametrize("margin", [0.0, -1.0, float("inf"), float("nan")])
def test_margin_must_be_positive(margin):
    with pytest.raises(ValueError, match=r"margin .* must be a positive number, got"):
        EnergyMargin(margin)
