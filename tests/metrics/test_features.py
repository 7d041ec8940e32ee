import pytest
import torch

from gan_runner.metrics import features
from gan_runner.metrics.features import DIRECTIONS, PAIRWISE, RealFeatures, check_neighbours, statistics
from gan_runner.metrics.frechet import frechet_distance, moments
from gan_runner.metrics.neighbours import compare, neighbourhood


def normal(count: int, seed: int) -> torch.Tensor:
    return torch.randn(count, 4, generator=torch.Generator().manual_seed(seed))


def test_all_features_make_the_frechet_distance_and_some_the_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "REFERENCE", 50)
    real, fake = normal(200, seed=1), normal(80, seed=2)
    state = statistics(real)
    assert (state["count"], len(state["reference"])) == (200, 50)
    assert all(any(torch.equal(row, other) for other in real) for row in state["reference"])
    values = RealFeatures(state, 30).compare(fake)
    assert values["fid"] == frechet_distance(*moments(real), *moments(fake))
    pairs = compare(neighbourhood(state["reference"][:30]), neighbourhood(fake[:30]))
    assert values == {"fid": values["fid"], **pairs}
    assert values.keys() == DIRECTIONS.keys()


@pytest.mark.parametrize(("neighbours", "fakes"), [(0, 80), (30, 5)])
def test_too_few_for_pairs_leave_the_frechet_distance(neighbours: int, fakes: int) -> None:
    values = RealFeatures(statistics(normal(200, seed=1)), neighbours).compare(normal(fakes, seed=2))
    assert list(values) == ["fid"]


@pytest.mark.parametrize("neighbours", [1, 5, 10_001, -1])
def test_numbers_of_neighbours_out_of_range_are_refused(neighbours: int) -> None:
    with pytest.raises(ValueError, match=f"got {neighbours}; allowed 6 to 10000, or 0"):
        check_neighbours(neighbours, "fid")


@pytest.mark.parametrize("monitor", PAIRWISE)
def test_what_is_not_computed_cannot_be_monitored(monitor: str) -> None:
    check_neighbours(5000, monitor)
    with pytest.raises(ValueError, match=f"monitor={monitor} needs neighbours"):
        check_neighbours(0, monitor)
