import inspect
from pathlib import Path

import pytest
import yaml

from gan_runner.data import fake, gaussian_mixture, mnist

FOLDER = Path(__file__).parents[2] / "conf" / "data"


@pytest.mark.parametrize("module", [fake, gaussian_mixture, mnist], ids=lambda module: module.__name__)
def test_the_yaml_lists_every_parameter_with_its_default(module) -> None:
    name = module.__name__.rsplit(".", 1)[1]
    document = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    node = document.get("data", document)
    assert node.pop("_target_") == f"{module.__name__}.load"
    assert node.pop("shuffle") is True
    assert node == {key: parameter.default for key, parameter in inspect.signature(module.load).parameters.items()}
