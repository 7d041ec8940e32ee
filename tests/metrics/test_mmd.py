import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist, pdist
from torch import Tensor

from gan_runner.data import fake, swiss_roll
from gan_runner.data.source import Source
from gan_runner.errors import UsageError
from gan_runner.metrics.mmd import MMD, two_sample_test
from gan_runner.types import Generated

CPU = torch.device("cpu")


def normal(count: int, seed: int, shift: float = 0.0) -> Tensor:
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(seed)) + shift


def prepared(source: Source, samples: int = 100, permutations: int = 200) -> MMD:
    metric = MMD(samples, permutations)
    metric.check(source)
    metric.prepare(source, CPU)
    return metric


def judged(metric: MMD, samples: Tensor) -> dict[str, float]:
    return metric.evaluate([Generated(part) for part in torch.split(samples, 30)])


def by_definition(real: np.ndarray, fakes: np.ndarray, widths: list[float]) -> float:
    """Gretton et al. 2012, lemma 6, with scipy's distances."""

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.mean([np.exp(-cdist(a, b, "sqeuclidean") / (2 * width**2)) for width in widths], axis=0)

    def within(a: np.ndarray) -> float:
        return float(kernel(a, a)[~np.eye(len(a), dtype=bool)].mean())

    return within(real) + within(fakes) - 2 * float(kernel(real, fakes).mean())


def test_the_value_is_that_of_the_definition() -> None:
    source = Source("normal", normal(200, seed=1))
    metric, fakes = prepared(source), normal(100, seed=2, shift=0.5)
    real, others = (
        source.samples[half].double().numpy()  # type: ignore[index]
        for half in torch.randperm(200, generator=torch.Generator().manual_seed(4)).split(100)
    )
    widths = metric.provenance()["widths"]
    assert widths == pytest.approx([factor * np.median(pdist(others)) for factor in (0.5, 1, 2)], rel=1e-3)
    expected = by_definition(real, fakes.double().numpy(), widths)
    assert judged(metric, fakes)["mmd2"] == pytest.approx(expected, rel=1e-9)


def test_pictures_are_compared_as_rows_of_pixels() -> None:
    source = fake.load(channels=3, size=4, count=80)
    metric = prepared(source, samples=40)
    seen = source.normalize(source.take(torch.randperm(80, generator=torch.Generator().manual_seed(4))[:40]))
    fakes = torch.rand(40, 3, 4, 4) * 2 - 1
    rows = [pictures.flatten(1).double().numpy() for pictures in (seen, fakes)]
    assert judged(metric, fakes)["mmd2"] == pytest.approx(by_definition(*rows, metric.provenance()["widths"]), rel=1e-9)


def test_p_is_the_share_of_permutations_at_least_as_far_apart() -> None:
    points = torch.cat([normal(8, seed=1), normal(8, seed=2, shift=0.7)]).double()
    kernel = torch.exp(-torch.cdist(points, points).square() / 2)
    mmd2, p = two_sample_test(kernel, 20_000)
    generator = np.random.default_rng(0)
    rows = points.numpy()

    def of(order: np.ndarray) -> float:
        return by_definition(rows[order[:8]], rows[order[8:]], [1.0])

    assert mmd2 == pytest.approx(of(np.arange(16)), rel=1e-9)
    expected = np.mean([of(generator.permutation(16)) >= mmd2 for _ in range(2000)])
    assert 0.02 < expected < 0.5
    assert p == pytest.approx(expected, abs=0.03)


def test_p_is_uniform_for_samples_of_one_kind() -> None:
    points = normal(6000, seed=5).double().reshape(150, 40, 2)
    values = np.array([two_sample_test(torch.exp(-torch.cdist(p, p).square() / 2), 99)[1] for p in points])
    for level in (0.1, 0.5, 0.9):
        assert np.mean(values <= level) == pytest.approx(level, abs=0.12)  # three standard errors


def test_what_differs_has_the_smallest_p_and_what_does_not_a_value_about_nought() -> None:
    metric = prepared(Source("normal", normal(1000, seed=1)))
    far, same = judged(metric, normal(100, seed=2, shift=1.0)), judged(metric, normal(100, seed=3))
    assert far["p"] == 1 / 201
    assert far["mmd2"] > 0.1
    assert same["p"] > 0.05
    assert abs(same["mmd2"]) < 0.02


def test_collapse_is_seen_and_equal_samples_are_no_accident() -> None:
    metric = prepared(Source("normal", normal(1000, seed=1)))
    collapsed = judged(metric, torch.zeros(100, 2))
    assert collapsed["p"] == 1 / 201
    assert collapsed["mmd2"] > 0.1
    assert two_sample_test(torch.ones(6, 6, dtype=torch.float64), 50) == (0, 1)  # every permutation is a tie


def test_values_repeat_and_the_random_state_is_left_alone() -> None:
    source = swiss_roll.load(count=300)
    state = torch.get_rng_state()
    assert judged(prepared(source), normal(100, seed=1)) == judged(prepared(source), normal(100, seed=1))
    assert torch.equal(torch.get_rng_state(), state)


def test_few_data_are_halved_and_what_decided_the_values_is_told() -> None:
    told = prepared(swiss_roll.load(count=61), samples=500).provenance()
    assert len(told.pop("widths")) == 3
    assert told == {"samples": 30, "real": 30, "permutations": 200, "seed": 4}


def test_description() -> None:
    assert MMD().describe({"mmd2": 0.01234, "p": 0.00099}) == "MMD^2 0.012, p 0.001"
    assert (MMD().directions[MMD().monitor], MMD.directions["p"]) == ("min", "max")


def test_data_that_have_no_halves_or_no_width_are_refused() -> None:
    with pytest.raises(UsageError, match="got data swiss_roll with 3; use 4 or more"):
        MMD().check(swiss_roll.load(count=3))
    with pytest.raises(UsageError, match="got data still, where most samples are the same"):
        prepared(Source("still", torch.zeros(20, 2)))


def test_senseless_parameters_are_refused() -> None:
    for samples in (1, 5001):
        with pytest.raises(ValueError, match=f"got {samples}; allowed 2 to 5000"):
            MMD(samples=samples)
    with pytest.raises(ValueError, match="permutations must be a number of them, got 0"):
        MMD(permutations=0)
