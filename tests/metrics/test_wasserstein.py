import math

import pytest
import torch
from torch import Tensor

from gan_runner.data import fake, gaussian_1d, gaussian_mixture, swiss_roll
from gan_runner.data.source import Source
from gan_runner.errors import UsageError
from gan_runner.metrics.wasserstein import Wasserstein
from gan_runner.types import Generated

CPU = torch.device("cpu")


def prepared(source: Source, samples: int | None = None, projections: int = 64) -> Wasserstein:
    metric = Wasserstein(samples, projections)
    metric.check(source)
    metric.prepare(source, CPU)
    return metric


def value(metric: Wasserstein, samples: Tensor) -> float:
    (only,) = metric.evaluate([Generated(part) for part in torch.split(samples[: metric.samples], 70)]).values()
    return only


def pictures(count: int, seed: int, shift: float = 0.0) -> Tensor:
    """Return grey pictures of independent pixels, spread evenly over half of the range around its middle."""
    return torch.rand(count, 1, 6, 6, generator=torch.Generator().manual_seed(seed)) - 0.5 + shift


def picture_source(count: int) -> Source:
    return Source("pictures", ((pictures(count, seed=0) + 1) * 127.5).round().to(torch.uint8))


def test_points_get_w1_and_pictures_sliced_w1_and_as_many_samples_as_half_the_data_allow() -> None:
    points, few, images = swiss_roll.load(count=3000), swiss_roll.load(count=301), fake.load(size=4, count=30_000)
    for source, name, samples in ((points, "w1", 1000), (few, "w1", 150), (images, "sliced_w1", 10_000)):
        metric = Wasserstein()
        metric.check(source)
        assert (metric.monitor, metric.samples) == (name, samples)
        assert metric.directions[name] == "min"


@pytest.mark.parametrize("load", [swiss_roll.load, gaussian_1d.load])
def test_points_moved_by_a_vector_are_its_length_away(load: object) -> None:
    source = load(count=400)  # type: ignore[operator]
    metric = prepared(source)
    assert metric.samples == 200
    shift = 50.0 * torch.ones(source.shape)
    far = metric.evaluate([Generated(source.samples[:200] + shift)])
    assert list(far) == ["w1"]
    expected = 50 * math.sqrt(len(shift))
    assert far["w1"] == pytest.approx(expected, rel=0.02)  # whichever the real 200 are, they are near the others


def test_the_same_samples_are_at_no_distance_and_the_floor_is_the_data_s_own() -> None:
    source = gaussian_mixture.load(count=600)
    metric = prepared(source)
    floor = metric.provenance()["floor"]
    same, other = torch.randperm(600, generator=torch.Generator().manual_seed(3)).split(300)
    assert value(metric, source.samples[same]) == 0
    assert value(metric, source.samples[other]) == floor > 0


def test_sliced_distance_of_a_brighter_copy_is_the_mean_of_the_projected_shift() -> None:
    source = picture_source(800)
    metric = prepared(source, projections=400)
    half = torch.randperm(800, generator=torch.Generator().manual_seed(3))[:400]
    same = source.normalize(source.take(half))
    assert value(metric, same) == pytest.approx(0, abs=1e-6)
    # a unit vector's product with the shift (c, ..., c) of D pixels: E |d . 1| c, nearly Gaussian, c sqrt(2 / pi)
    expected = 0.3 * math.sqrt(2 / math.pi)
    assert value(metric, same + 0.3) == pytest.approx(expected, rel=0.1)


def test_pictures_of_the_same_kind_score_the_floor_and_others_more() -> None:
    metric = prepared(picture_source(2000))
    floor = metric.provenance()["floor"]
    assert value(metric, pictures(1000, seed=1)) == pytest.approx(floor, rel=0.2)
    assert value(metric, pictures(1000, seed=1, shift=0.1)) > 2 * floor
    assert value(metric, pictures(1000, seed=1).mean(dim=0).expand(1000, -1, -1, -1)) > 2 * floor


def test_batches_of_any_size_give_the_same_value_again_and_disturb_no_random_number() -> None:
    source = picture_source(200)
    state = torch.get_rng_state()
    metric, again = prepared(source), prepared(source)
    samples = pictures(100, seed=2)
    whole = again.evaluate([Generated(samples)])["sliced_w1"]
    assert value(metric, samples) == pytest.approx(whole, rel=1e-5)
    assert again.evaluate([Generated(samples)])["sliced_w1"] == whole
    assert torch.equal(torch.get_rng_state(), state)


def test_what_decided_the_values_is_told() -> None:
    told = prepared(picture_source(100)).provenance()
    assert {key: told[key] for key in told if key != "floor"} == {
        "samples": 50,
        "real": 50,
        "projections": 64,
        "seed": 3,
    }
    assert prepared(swiss_roll.load(count=100)).provenance()["projections"] == 0


def test_description() -> None:
    points = prepared(swiss_roll.load(count=100))
    floor = points.provenance()["floor"]
    assert points.describe({"w1": 0.25}) == f"W1 0.2500 (the data themselves: {floor:.4f})"
    assert prepared(picture_source(20)).describe({"sliced_w1": 0.25}).startswith("sliced W1 0.2500 (the")


def test_more_samples_take_longer() -> None:
    for source in (swiss_roll.load(count=4000), picture_source(4000)):
        seconds = [prepared(source, samples).seconds() for samples in (10, 100)]
        assert 0 < 10 * seconds[0] <= seconds[1] * 1.0001


def test_one_sample_has_no_halves() -> None:
    with pytest.raises(UsageError, match="got data swiss_roll with 1; use 2 or more"):
        Wasserstein().check(swiss_roll.load(count=1))


def test_more_points_than_can_be_paired_are_refused_before_anything_is_computed_but_not_on_a_line() -> None:
    with pytest.raises(UsageError, match=r"got 5001; allowed 1 to 5000 of data swiss_roll; 1000 is usual"):
        Wasserstein(samples=5001).check(swiss_roll.load(count=20))
    line = Wasserstein(samples=5001)
    line.check(gaussian_1d.load(count=20_000))
    assert line.samples == 5001


def test_senseless_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="samples must be a number of samples, got 0"):
        Wasserstein(samples=0)
    with pytest.raises(ValueError, match="projections must be a number of vectors, got 0"):
        Wasserstein(projections=0)
