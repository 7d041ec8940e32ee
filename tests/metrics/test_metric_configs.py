import inspect
from pathlib import Path

import pytest
import yaml

from gan_runner.metrics.base import Metric
from gan_runner.metrics.classifier import Classifier
from gan_runner.metrics.inception import Inception
from gan_runner.metrics.mmd import MMD
from gan_runner.metrics.modes import Modes
from gan_runner.metrics.wasserstein import Wasserstein

FOLDER = Path(__file__).parents[2] / "conf" / "metric"


@pytest.mark.parametrize("metric", [Classifier, Inception, MMD, Modes, Wasserstein])
def test_the_yaml_lists_every_parameter_with_its_default(metric: type[Metric]) -> None:
    node = yaml.safe_load((FOLDER / f"{metric.__name__.lower()}.yaml").read_text())
    assert node.pop("_target_") == f"{metric.__module__}.{metric.__name__}"
    assert node == {key: parameter.default for key, parameter in inspect.signature(metric).parameters.items()}


def test_none_is_a_null_target() -> None:
    assert yaml.safe_load((FOLDER / "none.yaml").read_text()) == {"_target_": None}


def test_stacked_is_the_classifier_with_other_values() -> None:
    plain, stacked = (yaml.safe_load((FOLDER / f"{name}.yaml").read_text()) for name in ("classifier", "stacked"))
    assert stacked == plain | {"samples": 26_000, "per_channel": True}
