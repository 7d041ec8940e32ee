import math

import pytest
import torch
from torch import Tensor

from gan_runner.data import fake, gaussian_mixture
from gan_runner.data.source import Mixture, Source
from gan_runner.errors import UsageError
from gan_runner.metrics.modes import Modes
from gan_runner.types import Generated

CPU = torch.device("cpu")


def mixture_of(centres: list[list[float]], sd: float) -> Source:
    points = torch.tensor(centres)
    return Source("mixture", points, mixture=Mixture(points, sd))


def judged(source: Source, points: Tensor, **sizes: int) -> dict[str, float]:
    metric = Modes(**({"samples": len(points), "wasserstein_samples": len(points)} | sizes))
    metric.check(source)
    metric.prepare(source, CPU)
    values = metric.evaluate([Generated(part) for part in points[: metric.samples].split(100)])
    assert all(math.isfinite(value) for value in values.values())
    return values


def test_a_hand_counted_example() -> None:
    source = mixture_of([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]], sd=1.0)
    points = torch.tensor(
        [[0, 0], [2.9, 0], [0, -2.9], [2.5, 2.5], [10, 1], [10, 3.5], [0, 6], [0, 6], [0, 6], [0, 6]]
    ).float()  # high quality: three of the first mode, one of the second; the third only gets far ones, the fourth none
    values = judged(source, points)
    assert values["modes"] == 2
    assert values["high_quality"] == pytest.approx(0.4)
    assert values["occupied"] == 3
    assert values["kl"] == pytest.approx(0.75 * math.log(3) + 0.25 * math.log(1))


@pytest.mark.parametrize("layout", ["ring", "grid"])
def test_the_mixture_itself_scores_full_marks(layout: str) -> None:
    source = gaussian_mixture.load(layout, seed=5)
    assert source.mixture is not None
    values = judged(source, source.samples[:2500], wasserstein_samples=500)
    assert values["modes"] == values["occupied"] == len(source.mixture.centres)
    assert values["high_quality"] == pytest.approx(1 - math.exp(-4.5), abs=0.008)  # a 2-D Gaussian within 3 sd
    assert values["kl"] < 0.01
    assert values["w1"] < 2 * source.mixture.sd  # both sets hold as many points of every mode


def test_collapse_to_one_mode_costs_coverage_and_distance() -> None:
    source = gaussian_mixture.load()
    assert source.labels is not None
    values = judged(source, source.samples[source.labels == 0][:800], wasserstein_samples=512)
    assert values["modes"] == values["occupied"] == 1
    assert values["kl"] == pytest.approx(math.log(8))
    expected = sum(2 * math.sin(k * math.pi / 8) for k in range(8)) / 8  # mean chord from one mode to all
    assert values["w1"] == pytest.approx(expected, rel=0.01)


def test_a_blurry_generator_occupies_modes_without_quality() -> None:
    source = gaussian_mixture.load()
    assert source.mixture is not None
    values = judged(source, source.mixture.centres.repeat(10, 1) * 1.1)
    assert (values["modes"], values["occupied"], values["high_quality"]) == (0, 8, 0)
    assert values["kl"] == pytest.approx(math.log(8))
    assert values["w1"] == pytest.approx(0.1, abs=0.005)


def test_many_modes_can_all_be_occupied() -> None:
    source = gaussian_mixture.load("grid", modes=400)
    assert judged(source, source.samples[:4000], wasserstein_samples=10)["occupied"] == 400


def test_values_repeat_and_the_random_state_is_left_alone() -> None:
    source = gaussian_mixture.load(count=2500)
    state = torch.get_rng_state()
    assert judged(source, source.samples, wasserstein_samples=64) == judged(
        source, source.samples, wasserstein_samples=64
    )
    assert torch.equal(torch.get_rng_state(), state)


def test_description() -> None:
    metric = Modes()
    metric.prepare(gaussian_mixture.load(), CPU)
    values = {"modes": 7.0, "high_quality": 0.931, "occupied": 8.0, "kl": 0.1, "w1": 0.0214}
    assert metric.describe(values) == "7 of 8 modes, 93.1 % within 3 sd, occupancy 8 of 8, W1 0.021"
    assert metric.directions[metric.monitor] == "min"


def test_data_without_known_modes_are_refused() -> None:
    with pytest.raises(UsageError, match=r"needs data with known modes; got data fake; use metric=classifier"):
        Modes().check(fake.load())


@pytest.mark.parametrize("sizes", [(0, 0), (10, 11), (10, 0), (6000, 5001)])
def test_senseless_parameters_are_refused(sizes: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="samples must be"):
        Modes(*sizes)
