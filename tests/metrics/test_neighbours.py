import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist

from gan_runner.metrics import neighbours
from gan_runner.metrics.neighbours import compare, neighbourhood


def features(count: int, seed: int, shift: float = 0.0) -> torch.Tensor:
    return torch.randn(count, 16, generator=torch.Generator().manual_seed(seed)).relu() + shift


def by_hand(real: np.ndarray, fake: np.ndarray, nearest: int = 5) -> dict[str, float]:
    """The definitions, with scipy's distances and all pairs at once."""

    def radius(points: np.ndarray) -> np.ndarray:
        return np.sort(cdist(points, points), axis=1)[:, nearest]  # column 0 is the point itself

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return (a @ b.T / a.shape[1] + 1) ** 3

    def off_diagonal(a: np.ndarray) -> float:
        return float(kernel(a, a)[~np.eye(len(a), dtype=bool)].mean())

    distances = cdist(real, fake)
    inside = distances <= radius(real)[:, None]
    return {
        "kid": off_diagonal(real) + off_diagonal(fake) - 2 * float(kernel(real, fake).mean()),
        "precision": float(inside.any(axis=0).mean()),
        "recall": float((distances <= radius(fake)).any(axis=1).mean()),
        "density": float(inside.sum()) / nearest / len(fake),
        "coverage": float(inside.any(axis=1).mean()),
    }


@pytest.mark.parametrize("block", [7, 500])
def test_values_are_those_of_the_definitions_in_blocks_of_any_size(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "BLOCK", block)
    real, fake = features(130, seed=1), features(90, seed=2, shift=0.1)
    values = compare(neighbourhood(real), neighbourhood(fake))
    expected = by_hand(real.double().numpy(), fake.double().numpy())
    assert {0.0, 1.0}.isdisjoint(expected.values())
    assert values == pytest.approx(expected, rel=1e-9)


def test_kid_is_that_of_torch_fidelity_on_one_subset_of_everything() -> None:
    fidelity = pytest.importorskip("torch_fidelity.metric_kid")
    real, fake = features(300, seed=1), features(300, seed=2, shift=0.3)
    theirs = fidelity.kid_features_to_metric(
        fake.double(), real.double(), kid_subsets=1, kid_subset_size=300, verbose=False, rng_seed=0
    )
    ours = compare(neighbourhood(real), neighbourhood(fake))["kid"]
    assert ours == pytest.approx(theirs["kernel_inception_distance_mean"], rel=1e-6)


def test_a_copy_of_the_data_scores_full_marks_and_something_far_away_none() -> None:
    real = features(60, seed=1)
    same = compare(neighbourhood(real), neighbourhood(real.clone()))
    assert (same["precision"], same["recall"], same["coverage"]) == (1, 1, 1)
    far = compare(neighbourhood(real), neighbourhood(features(60, seed=2, shift=100.0)))
    assert (far["precision"], far["recall"], far["density"], far["coverage"]) == (0, 0, 0, 0)
    assert far["kid"] > 1


def test_one_mode_of_two_is_precise_and_half_recalled() -> None:
    real = torch.cat([features(50, seed=1), features(50, seed=2, shift=50.0)])
    one = compare(neighbourhood(real), neighbourhood(features(100, seed=3)))
    assert one["precision"] > 0.7
    assert one["recall"] <= 0.5
    assert one["coverage"] <= 0.5


def test_too_few_features_have_no_fifth_neighbour() -> None:
    with pytest.raises(ValueError, match="got 5 of them; allowed: more than 5"):
        neighbourhood(features(5, seed=1))
