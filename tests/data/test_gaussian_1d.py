import math

import numpy as np
import pytest
import torch
from scipy.stats import kstest

from gan_runner.data import gaussian_1d
from gan_runner.metrics.modes import Modes
from gan_runner.types import Generated


@pytest.mark.parametrize(("mean", "sd"), [(4.0, 0.5), (-3.0, 20.0)])
def test_the_points_are_normal_numbers(mean: float, sd: float) -> None:
    source = gaussian_1d.load(mean, sd, count=20_000)
    assert source.samples.shape == (20_000, 1)
    assert source.samples.dtype == torch.float32
    assert source.is_points
    assert source.shape == (1,)
    assert kstest(source.samples.flatten().numpy(), "norm", (mean, sd)).pvalue > 0.01


def test_the_only_mode_is_the_mean() -> None:
    source = gaussian_1d.load(count=10)
    assert source.mixture is not None
    assert source.mixture.centres.tolist() == [[4.0]]
    assert source.mixture.sd == 0.5


def test_modes_in_one_dimension_mean_what_the_docstring_says() -> None:
    source = gaussian_1d.load(seed=1)
    metric = Modes(samples=2500, wasserstein_samples=512)
    metric.check(source)
    metric.prepare(source, torch.device("cpu"))
    points = source.samples[:2500]
    values = metric.evaluate([Generated(points)])
    assert (values["modes"], values["occupied"], values["kl"]) == (1, 1, 0)
    assert values["high_quality"] == pytest.approx(math.erf(3 / math.sqrt(2)), abs=0.004)
    generator = torch.Generator().manual_seed(1)  # the metric's own points
    real = 4 + 0.5 * torch.randn(512, 1, dtype=torch.float64, generator=generator).numpy().ravel()
    expected = np.abs(np.sort(real) - np.sort(points[:512].double().numpy().ravel())).mean()
    assert values["w1"] == pytest.approx(expected, rel=1e-6)
    collapsed = metric.evaluate([Generated(torch.full((2500, 1), 4.0))])
    assert collapsed["w1"] == pytest.approx(0.5 * math.sqrt(2 / math.pi), rel=0.1)  # the mean absolute deviation
    astray = metric.evaluate([Generated(torch.zeros(2500, 1))])
    assert (astray["modes"], astray["high_quality"], astray["occupied"], astray["kl"]) == (0, 0, 1, 0)
    assert astray["w1"] == pytest.approx(4, abs=0.1)


def test_the_points_depend_on_the_seed_alone() -> None:
    torch.manual_seed(1)
    first = gaussian_1d.load(count=100, seed=3).samples
    torch.manual_seed(2)
    state = torch.get_rng_state()
    assert torch.equal(gaussian_1d.load(count=100, seed=3).samples, first)
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.equal(gaussian_1d.load(count=100, seed=4).samples, first)


@pytest.mark.parametrize(
    "wrong", [{"mean": math.nan}, {"sd": 0.0}, {"sd": math.inf}, {"sd": math.nan}, {"count": 0}, {"seed": -1}]
)
def test_senseless_parameters_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        gaussian_1d.load(**wrong)
