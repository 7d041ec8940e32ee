import math

import numpy as np
import pytest
import torch
from scipy.stats import kstest

from gan_runner.data import swiss_roll


def test_without_noise_every_point_is_on_the_roll_and_the_parameter_is_uniform() -> None:
    source = swiss_roll.load(noise=0.0, scale=1.0, count=20_000)
    assert source.samples.shape == (20_000, 2)
    assert source.samples.dtype == torch.float32
    assert source.mixture is None
    x, y = source.samples.double().numpy().T
    t = np.hypot(x, y)  # the distance from the origin is the parameter
    np.testing.assert_allclose(x, t * np.cos(t), atol=1e-4)
    np.testing.assert_allclose(y, t * np.sin(t), atol=1e-4)
    assert kstest(t, "uniform", (1.5 * math.pi, 3 * math.pi)).pvalue > 0.01


def test_noise_comes_before_the_scale() -> None:
    clean = swiss_roll.load(noise=0.0, scale=1.0, count=20_000).samples
    noise = (swiss_roll.load(noise=0.5, scale=4.0, count=20_000).samples * 4 - clean).double()
    torch.testing.assert_close(noise.std(dim=0), torch.full((2,), 0.5, dtype=torch.float64), rtol=0.03, atol=0)
    assert noise.mean(dim=0).abs().max() < 4 * 0.5 / math.sqrt(20_000)
    assert torch.corrcoef(torch.cat([noise, clean], dim=1).T)[:2].fill_diagonal_(0).abs().max() < 0.03


def test_the_default_roll_has_the_size_that_the_docstring_says() -> None:
    samples = swiss_roll.load().samples
    assert -1.65 < samples.min() < -1.5
    assert 1.9 < samples.max() < 2.05


def test_the_points_depend_on_the_seed_alone() -> None:
    torch.manual_seed(1)
    first = swiss_roll.load(count=100, seed=3).samples
    torch.manual_seed(2)
    state = torch.get_rng_state()
    assert torch.equal(swiss_roll.load(count=100, seed=3).samples, first)
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.equal(swiss_roll.load(count=100, seed=4).samples, first)


@pytest.mark.parametrize(
    "wrong", [{"noise": -0.1}, {"noise": math.inf}, {"scale": 0.0}, {"scale": math.nan}, {"count": 0}, {"seed": -1}]
)
def test_senseless_parameters_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        swiss_roll.load(**wrong)
