import math

import pytest
import torch
from scipy.stats import kstest

from gan_runner.data import parallel_lines
from gan_runner.metrics.transport import wasserstein1


@pytest.mark.parametrize("x", [0.0, -2.5])
def test_the_points_are_uniform_on_an_upright_segment(x: float) -> None:
    source = parallel_lines.load(x, count=20_000)
    assert source.samples.shape == (20_000, 2)
    assert source.samples.dtype == torch.float32
    assert source.is_points
    assert source.mixture is None
    assert source.samples[:, 0].unique().tolist() == [x]
    assert kstest(source.samples[:, 1].numpy(), "uniform").pvalue > 0.01


@pytest.mark.parametrize("theta", [-0.75, 0.5])
def test_w1_to_a_parallel_segment_is_its_distance(theta: float) -> None:
    real = parallel_lines.load(count=300).samples.double()
    assert wasserstein1(real, real.flip(0) + torch.tensor([theta, 0.0])) == pytest.approx(abs(theta))


def test_the_points_depend_on_the_seed_alone() -> None:
    torch.manual_seed(1)
    first = parallel_lines.load(count=100, seed=3).samples
    torch.manual_seed(2)
    state = torch.get_rng_state()
    assert torch.equal(parallel_lines.load(count=100, seed=3).samples, first)
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.equal(parallel_lines.load(count=100, seed=4).samples, first)


@pytest.mark.parametrize("wrong", [{"x": math.inf}, {"x": math.nan}, {"count": 0}, {"seed": -1}])
def test_senseless_parameters_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        parallel_lines.load(**wrong)
