"""From what was typed to the jobs."""

import math

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from gan_runner.errors import UsageError
from gan_runner.sweeps.search import expand
from gan_runner.sweeps.settings import SweepSettings


def jobs(*words: str, samples: int | None = None, grid: int | None = None, seed: int = 0) -> list[list[str]]:
    settings = SweepSettings(None, None, 0, "continue", samples, grid, seed, None)
    return expand(OverridesParser.create().parse_overrides(list(words)), settings)


def numbers(found: list[list[str]], place: int = 0) -> list[float]:
    return [float(job[place].partition("=")[2]) for job in found]


def test_lists_make_every_combination_the_last_fastest() -> None:
    assert jobs("loss=gan,wgan", "optim=sgd", "seed=range(2)") == [
        ["loss=gan", "optim=sgd", "seed=0"],
        ["loss=gan", "optim=sgd", "seed=1"],
        ["loss=wgan", "optim=sgd", "seed=0"],
        ["loss=wgan", "optim=sgd", "seed=1"],
    ]
    assert jobs("seed=3") == [["seed=3"]]
    assert jobs() == [[]]


def test_a_grid_has_equal_steps_and_both_ends() -> None:
    assert numbers(jobs("a=interval(0,1)", grid=5)) == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert numbers(jobs("a=tag(log,interval(1e-4,1e-1))", grid=4)) == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1])
    assert jobs("a=int(interval(1,4))", grid=4) == [["a=1"], ["a=2"], ["a=3"], ["a=4"]]
    assert jobs("a=int(interval(1,2))", grid=9) == [["a=1"], ["a=2"]]
    pairs = jobs("a=interval(0,1)", "loss=x", "b=interval(2,3)", grid=2)
    assert pairs == [[f"a={a}", "loss=x", f"b={b}"] for a in ("0.0", "1.0") for b in ("2.0", "3.0")]


def test_random_points_are_spread_evenly_over_the_range() -> None:
    uniform = numbers(jobs("a=interval(-1,3)", samples=2000))
    assert min(uniform) >= -1
    assert max(uniform) <= 3
    assert sum(uniform) / 2000 == pytest.approx(1, abs=0.1)  # sd of the mean 4 / sqrt(12 * 2000) = 0.026
    assert sum(value < 0 for value in uniform) / 2000 == pytest.approx(0.25, abs=0.04)
    decades = numbers(jobs("a=tag(log,interval(1e-4,1e-1))", samples=2000))
    for decade in (-4, -3, -2):
        share = sum(decade <= math.log10(value) < decade + 1 for value in decades) / 2000
        assert share == pytest.approx(1 / 3, abs=0.05)
    whole = numbers(jobs("a=int(interval(1,4))", samples=2000))
    assert {value: whole.count(value) / 2000 for value in set(whole)} == {
        value: pytest.approx(0.25, abs=0.04) for value in (1, 2, 3, 4)
    }


def test_more_samples_keep_the_first_and_other_seeds_and_keys_are_others() -> None:
    words = ("a=interval(0,1)", "b=interval(0,1)")
    few, many = jobs(*words, samples=3), jobs(*words, samples=5)
    assert many[:3] == few
    assert len({tuple(job) for job in many}) == 5
    assert not set(numbers(many, 0)) & set(numbers(many, 1))
    assert not set(numbers(many)) & set(numbers(jobs(*words, samples=5, seed=1)))


def test_every_combination_is_tried_at_the_same_points() -> None:
    found = jobs("loss=gan,wgan", "a=interval(0,1)", samples=3)
    assert [job[0] for job in found] == ["loss=gan"] * 3 + ["loss=wgan"] * 3
    assert [job[1] for job in found[:3]] == [job[1] for job in found[3:]]


@pytest.mark.parametrize(
    ("words", "settings", "sentence"),
    [
        (("a=interval(0,1)",), {}, "a=interval.0,1.: a range has no end of values"),
        (("a=0,1",), {"samples": 3}, "there is none"),
        (("a=interval(1,1)",), {"samples": 3}, "allowed: a < b"),
        (("a=tag(log,interval(0,1))",), {"grid": 3}, "allowed: 0 < a < b"),
    ],
)
def test_what_does_not_fit_is_one_sentence(words: tuple[str, ...], settings: dict[str, int], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        jobs(*words, **settings)  # type: ignore[arg-type]


def test_a_narrow_range_keeps_its_points_apart() -> None:
    assert numbers(jobs("a=interval(0.999,0.9999)", grid=4)) == pytest.approx([0.999, 0.9993, 0.9996, 0.9999], abs=1e-9)
    assert len(set(numbers(jobs("a=interval(0.999,0.9999)", samples=50)))) == 50
    assert all(float(f"{value:.4g}") == value for value in numbers(jobs("a=interval(0,1)", samples=50)))
