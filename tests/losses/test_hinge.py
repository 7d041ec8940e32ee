import numpy as np
import pytest
import torch

from gan_runner.losses.hinge import Hinge


def test_values_and_slopes(scores, differentiate):
    real, fake = scores
    value, slopes = differentiate(Hinge().real_term, real)
    np.testing.assert_allclose(value, np.maximum(0, 1 - real).mean(), rtol=1e-12)
    np.testing.assert_allclose(slopes, np.where(real < 1, -1 / len(real), 0.0), rtol=1e-12)
    value, slopes = differentiate(Hinge().fake_term, fake)
    np.testing.assert_allclose(value, np.maximum(0, 1 + fake).mean(), rtol=1e-12)
    np.testing.assert_allclose(slopes, np.where(fake > -1, 1 / len(fake), 0.0), rtol=1e-12)
    value, slopes = differentiate(lambda f: Hinge().generator(None, f), fake)
    np.testing.assert_allclose(value, -fake.mean(), rtol=1e-12)
    np.testing.assert_allclose(slopes, np.full(len(fake), -1 / len(fake)), rtol=1e-12)


@pytest.mark.parametrize(
    ("real", "fake", "cost"), [(0.0, 0.0, 2.0), (1.0, -1.0, 0.0), (9.0, -9.0, 0.0), (-2.0, 3.0, 7.0)]
)
def test_discriminator_pays_only_within_the_margins(real, fake, cost):
    assert Hinge().discriminator(torch.tensor([real]), torch.tensor([fake])).item() == cost
