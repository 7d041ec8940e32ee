import math

import numpy as np
import pytest
import torch

from gan_runner.data import gaussian_mixture


def test_ring_has_eight_distinct_modes_on_the_unit_circle() -> None:
    source = gaussian_mixture.load()
    assert source.mixture is not None
    centres = source.mixture.centres.numpy()
    expected = np.array([[math.cos(k * math.pi / 4), math.sin(k * math.pi / 4)] for k in range(8)])
    np.testing.assert_allclose(centres, expected, atol=1e-6)
    distances = np.linalg.norm(centres[:, None] - centres[None], axis=-1) + 9 * np.eye(8)
    assert distances.min() == pytest.approx(2 * math.sin(math.pi / 8), rel=1e-5)
    assert source.mixture.sd == 0.01


def test_grid_has_25_modes_from_minus_4_to_4() -> None:
    source = gaussian_mixture.load("grid")
    assert source.mixture is not None
    expected = {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert {tuple(centre) for centre in source.mixture.centres.tolist()} == expected
    assert source.mixture.sd == 0.05


def test_a_grid_of_an_even_side_is_centred_too() -> None:
    source = gaussian_mixture.load("grid", modes=4)
    assert source.mixture is not None
    assert sorted(source.mixture.centres.tolist()) == [[-1, -1], [-1, 1], [1, -1], [1, 1]]


@pytest.mark.parametrize(("modes", "expected"), [(None, [-7, -5, -3, -1, 1, 3, 5, 7]), (3, [-2, 0, 2]), (1, [0])])
def test_a_line_has_its_modes_two_apart_on_the_x_axis(modes: int | None, expected: list[float]) -> None:
    source = gaussian_mixture.load("line", modes=modes, count=100)
    assert source.mixture is not None
    assert source.mixture.centres.tolist() == [[x, 0] for x in expected]
    assert source.mixture.sd == 0.05


@pytest.mark.parametrize(
    ("layout", "modes"), [("ring", 8), ("ring", 1), ("grid", 25), ("grid", 1), ("line", 8), ("line", 1)]
)
def test_modes_are_equally_weighted_and_points_lie_around_their_own_centre(layout: str, modes: int) -> None:
    source = gaussian_mixture.load(layout, modes=modes, sd=0.3, count=20_003)
    assert source.labels is not None
    assert source.mixture is not None
    counts = torch.bincount(source.labels, minlength=modes)
    assert counts.max() - counts.min() <= 1
    assert source.samples.dtype == torch.float32
    assert source.is_points
    assert len(source.classes) == modes
    noise = (source.samples - source.mixture.centres[source.labels]).double()
    assert noise.mean(dim=0).abs().max() < 4 * 0.3 / math.sqrt(20_000)
    torch.testing.assert_close(noise.std(dim=0), torch.full((2,), 0.3, dtype=torch.float64), rtol=0.03, atol=0)
    assert torch.corrcoef(noise.T)[0, 1].abs() < 0.03


def test_radius_scales_the_ring() -> None:
    source = gaussian_mixture.load(radius=2.5, modes=5, sd=1e-4, count=50)
    torch.testing.assert_close(source.samples.norm(dim=1), torch.full((50,), 2.5), atol=1e-3, rtol=0)


def test_the_points_depend_on_the_seed_alone() -> None:
    torch.manual_seed(1)
    first = gaussian_mixture.load(count=100, seed=3)
    torch.manual_seed(2)
    state = torch.get_rng_state()
    assert torch.equal(gaussian_mixture.load(count=100, seed=3).samples, first.samples)
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.equal(gaussian_mixture.load(count=100, seed=4).samples, first.samples)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"layout": "grid", "modes": 24}, "square number"),
        ({"layout": "grid", "modes": -4}, "modes"),
        ({"layout": "line", "modes": 0}, "modes"),
        ({"layout": "grid", "radius": 1.0}, "layout=ring, got 1.0 with layout=grid"),
        ({"layout": "line", "radius": 1.0}, "layout=ring, got 1.0 with layout=line"),
        ({"modes": 0}, "modes"),
        ({"radius": 0.0}, "radius"),
        ({"radius": math.inf}, "radius"),
        ({"sd": 0.0}, "sd"),
        ({"sd": math.nan}, "sd"),
        ({"count": 7}, "every mode a point"),
        ({"seed": -1}, "seed"),
    ],
)
def test_senseless_parameters_are_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gaussian_mixture.load(**wrong)
