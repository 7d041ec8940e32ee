import importlib
import inspect
import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from gan_runner.build import build
from gan_runner.datachoice import load_data
from gan_runner.errors import UsageError
from gan_runner.metrics.modes import Modes

FOLDER = Path(__file__).parents[2] / "conf" / "data"
POINTS = {"gaussian_1d", "gaussian_mixture", "parallel_lines", "swiss_roll"}
CHOICES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def node_of(choice: str) -> dict[str, Any]:
    document = yaml.safe_load((FOLDER / f"{choice}.yaml").read_text(encoding="utf-8"))
    node = document.get("data", document)
    assert isinstance(node, dict)
    return node


def test_the_choices_are_found() -> None:
    assert {"fake", "mnist", "stacked_mnist"} | POINTS <= set(CHOICES)


@pytest.mark.parametrize("choice", CHOICES)
def test_the_yaml_lists_every_parameter_with_its_default(choice: str) -> None:
    node = node_of(choice)
    module, _, function = node.pop("_target_").rpartition(".")
    assert module.startswith(f"gan_runner.data.{choice}")
    assert function == "load"
    assert node.pop("shuffle") is True
    assert node.pop("flip", None) is (None if choice in POINTS else False)
    parameters = inspect.signature(importlib.import_module(module).load).parameters
    defaults = {name: parameter.default for name, parameter in parameters.items()}
    assert node == {name: list(value) if isinstance(value, tuple) else value for name, value in defaults.items()}


@pytest.mark.parametrize("choice", CHOICES)
def test_every_parameter_can_be_checked_and_given_by_name(choice: str) -> None:
    module = importlib.import_module(node_of(choice)["_target_"].rpartition(".")[0])
    for name, parameter in inspect.signature(module.load).parameters.items():
        assert parameter.annotation is not parameter.empty, name
        assert parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY), name


WRONG: tuple[Any, ...] = (True, 0, -1, 1.5, float("inf"), "", "word", [], ["a"], [1], {"a": 1}, None)


def outcome(node: dict[str, Any]) -> str:
    """Return the sentence that refuses the settings; any other exception is the test's failure."""
    try:
        load_data(node)
    except UsageError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("choice", CHOICES)
def test_no_value_of_any_setting_is_more_than_a_sentence(choice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("hwdb", "lsun"):
        monkeypatch.setattr(f"gan_runner.data.{name}.render", lambda *_, **__: "/no/such/folder")
    monkeypatch.setattr("gan_runner.data.encoded.vision.VisionPictures.fetch", lambda _: 1 / 0)
    small = {"root": "/no/such/folder", "count": 20}
    node = {key: small.get(key, value) for key, value in node_of(choice).items()}
    for key in node:
        for value in WRONG:
            assert "\n" not in outcome(node | {key: value}), f"{key}={value!r}"


@pytest.mark.parametrize("choice", sorted(POINTS))
def test_points_train_with_the_network_and_the_metric_that_they_bring(compose_config: Any, choice: str) -> None:
    parts = build(compose_config(f"data={choice}", "data.count=1000", "trainer=smoke"))
    assert all(math.isfinite(value) for value in parts.engine.step(parts.stream).values())
    assert isinstance(parts.metric, Modes) == (parts.source.mixture is not None)


def test_stacked_digits_bring_a_metric_that_takes_them(compose_config: Any) -> None:
    overrides = ("data=stacked_mnist", "data.count=100", "trainer=smoke", "arch.generator.width=4")
    parts = build(compose_config(*overrides, "arch.discriminator.width=4"))
    assert parts.metric is not None
    assert all(math.isfinite(value) for value in parts.engine.step(parts.stream).values())
