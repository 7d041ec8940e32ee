from collections.abc import Callable
from typing import Any

import pytest
import torch

from gan_runner.build import build
from gan_runner.errors import TrainingFailedError
from gan_runner.training.evaluator import Evaluator
from gan_runner.training.sampler import sampler_of

POINTS = ("data=gaussian_mixture", "data.count=2000", "trainer=smoke", "metric.samples=600")


@pytest.fixture
def parts(compose_config: Callable[..., dict[str, Any]]) -> Any:
    return build(compose_config(*POINTS))


def evaluator_of(parts: Any) -> Evaluator:
    evaluator = Evaluator(parts.metric, sampler_of(parts.game, parts.engine.average, 7))
    evaluator.prepare(parts.source, parts.device)
    return evaluator


def test_equal_networks_score_equally_and_no_random_number_is_taken(parts: Any) -> None:
    evaluator = evaluator_of(parts)
    state = torch.get_rng_state()
    first = evaluator.evaluate()
    assert torch.equal(torch.get_rng_state(), state)
    torch.rand(10)
    assert evaluator.evaluate() == first
    assert evaluator.announcement() == "an evaluation judges 600 samples and takes about 1 s"


def test_samples_that_are_not_finite_are_a_failed_training(parts: Any) -> None:
    evaluator = evaluator_of(parts)
    with torch.no_grad():
        next(parts.engine.average.networks.parameters()).fill_(torch.nan)
    with pytest.raises(TrainingFailedError, match="a sample"):
        evaluator.evaluate()


@pytest.mark.parametrize(("monitor", "better"), [("w1", False), ("high_quality", True)])
def test_the_monitored_value_and_its_direction_decide(
    compose_config: Callable[..., dict[str, Any]], monitor: str, better: bool
) -> None:
    evaluator = evaluator_of(build(compose_config(*POINTS, f"metric.monitor={monitor}")))
    assert evaluator.is_better({"w1": 9.0}, {})
    assert evaluator.is_better({"w1": 2.0, "high_quality": 0.5}, {"w1": 1.0, "high_quality": 0.4}) is better
