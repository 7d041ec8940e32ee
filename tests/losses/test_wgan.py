import numpy as np
import pytest
import torch

from gan_runner.losses.wgan import Wasserstein


def test_values_and_slopes(scores, differentiate):
    real, fake = scores
    value, slopes = differentiate(Wasserstein().real_term, real)
    np.testing.assert_allclose(value, -real.mean(), rtol=1e-12)
    np.testing.assert_allclose(slopes, np.full(len(real), -1 / len(real)), rtol=1e-12)
    value, slopes = differentiate(Wasserstein().fake_term, fake)
    np.testing.assert_allclose(value, fake.mean(), rtol=1e-12)
    np.testing.assert_allclose(slopes, np.full(len(fake), 1 / len(fake)), rtol=1e-12)
    value, slopes = differentiate(lambda f: Wasserstein().generator(None, f), fake)
    np.testing.assert_allclose(value, -fake.mean(), rtol=1e-12)
    np.testing.assert_allclose(slopes, np.full(len(fake), -1 / len(fake)), rtol=1e-12)


def test_estimate_is_real_minus_fake(scores):
    real, fake = scores
    stats = Wasserstein().stats(torch.from_numpy(real).mean(), torch.from_numpy(fake).mean())
    assert set(stats) == {"wasserstein"}
    assert stats["wasserstein"].item() == pytest.approx(real.mean() - fake.mean())


def test_a_common_shift_of_all_scores_changes_nothing():
    real, fake = torch.tensor([1.0, 3.0]), torch.tensor([-2.0, 0.0])
    assert Wasserstein().discriminator(real, fake).item() == -3.0
    assert Wasserstein().discriminator(real + 8.0, fake + 8.0).item() == -3.0
