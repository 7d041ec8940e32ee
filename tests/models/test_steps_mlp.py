"""`arch=steps_mlp` is `mlp` with a tutorial's settings: its weights and activations are counted out here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf
from torch import nn

from gan_runner.construct import construct

WeightCount = Callable[[nn.Module], int]
YAML = Path(__file__).parents[2] / "conf" / "arch" / "steps_mlp.yaml"


@pytest.fixture
def players() -> tuple[nn.Module, nn.Module]:
    arch: Any = OmegaConf.to_container(OmegaConf.load(YAML))
    return tuple(  # type: ignore[return-value]
        construct(arch[side], side, shape=(1, 28, 28), latent_dim=arch["latent"]["dim"])
        for side in ("generator", "discriminator")
    )


def test_weights_add_up(players: tuple[nn.Module, nn.Module], weight_count: WeightCount) -> None:
    generator, discriminator = players
    weights = 96 * 1024 + 1024 + 1024 * 1024 + 1024 + 1024 * 784 + 784
    assert weight_count(generator) == weights == 1_952_528
    assert weight_count(discriminator) == 784 * 256 + 256 + 256 * 256 + 256 + 256 + 1 == 267_009


def test_activations_are_the_tutorials(players: tuple[nn.Module, nn.Module]) -> None:
    generator, discriminator = players
    plain = [type(module) for module in generator.modules() if not list(module.children())]
    kinds = [kind for kind in plain if kind is not nn.Identity]
    assert kinds == [nn.Linear, nn.ReLU, nn.Linear, nn.ReLU, nn.Linear, nn.Tanh]
    slopes = [module.negative_slope for module in discriminator.modules() if isinstance(module, nn.LeakyReLU)]
    assert slopes == [0.2, 0.2]
