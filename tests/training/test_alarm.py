import json
from typing import Any

import pytest

from gan_runner.training.alarm import SPAN, Watch


def kinds(watch: Watch, scalars: list[tuple[int, dict[str, float]]]) -> list[tuple[int, str]]:
    return [(alarm.step, alarm.kind) for step, values in scalars for alarm in watch.logged(step, values)]


def steps(values: list[float], name: str, start: int = 0, every: int = 100) -> list[tuple[int, dict[str, float]]]:
    return [(start + every * number, {name: value}) for number, value in enumerate(values)]


def test_a_discriminator_that_wins_for_a_thousand_steps_is_told_once() -> None:
    assert kinds(Watch({}, 10**6, {}), steps([0.7] + [1.0] * 30, "score/ranked")) == [(100 + SPAN, "discriminator")]


def test_a_single_batch_that_it_loses_begins_the_count_anew() -> None:
    assert kinds(Watch({}, 10**6, {}), steps(([1.0] * 9 + [0.98]) * 5, "score/ranked")) == []


def test_told_again_only_after_it_was_over() -> None:
    scalars = steps([1.0] * 15 + [0.5] + [1.0] * 15, "score/ranked")
    assert kinds(Watch({}, 10**6, {}), scalars) == [(1000, "discriminator"), (2600, "discriminator")]


def test_a_gradient_that_vanishes_for_a_thousand_steps_is_told() -> None:
    scalars = steps([2.0] * 20 + [1e-3] * 12, "grad_norm/generator")
    assert kinds(Watch({}, 10**6, {}), scalars) == [(2000 + SPAN, "gradient")]
    weaker = steps([2.0] * 20 + [2.1e-3] * 40, "grad_norm/generator")
    assert kinds(Watch({}, 10**6, {}), weaker) == []


@pytest.mark.parametrize(
    ("values", "told"), [([10, 9, 6], 0), ([10, 5], 1), ([10, 5, 4, 3], 1), ([4, 8, 4, 7, 3], 2), ([1, 0], 0)]
)
def test_coverage_that_falls_to_half_of_what_it_was_is_told(values: list[int], told: int) -> None:
    watch = Watch({"classes": 10.0}, 10**6, {})
    alarms = [alarm for step, value in enumerate(values) for alarm in watch.evaluated(step, {"classes": float(value)})]
    assert [alarm.kind for alarm in alarms] == ["coverage"] * told
    if told:
        assert "classes" in alarms[0].text
        assert "of 10" in alarms[0].text


def test_coverage_that_does_not_come_is_told_at_half_of_the_run() -> None:
    watch = Watch({"classes": 10.0}, 10_000, {})
    told = [(step, watch.evaluated(step, {"classes": 1.0})) for step in range(1000, 10_001, 1000)]
    assert [(step, alarm.kind, alarm.text) for step, alarms in told for alarm in alarms] == [
        (5000, "coverage", "coverage does not come: classes 1 of 10 after 5,000 of 10,000 steps")
    ]
    assert not Watch({"classes": 10.0}, 10_000, {}).evaluated(9000, {"classes": 5.0})
    assert not Watch({"classes": 10.0}, 900, {}).evaluated(900, {"classes": 1.0})  # too short to be blamed


def test_what_it_remembers_goes_through_a_checkpoint() -> None:
    scalars = steps([1.0] * 25, "score/ranked")
    whole, state = Watch({"modes": 8.0}, 10**6, {}), dict[str, Any]()
    first = Watch({"modes": 8.0}, 10**6, state)
    first.evaluated(0, {"modes": 8.0})
    whole.evaluated(0, {"modes": 8.0})
    before = kinds(first, scalars[:7])
    second = Watch({"modes": 8.0}, 10**6, json.loads(json.dumps(state)))
    assert before + kinds(second, scalars[7:]) == kinds(whole, scalars)
    assert second.evaluated(1, {"modes": 1.0}) == whole.evaluated(1, {"modes": 1.0})
