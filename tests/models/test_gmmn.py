from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from omegaconf import OmegaConf
from torch import nn

from gan_runner.construct import construct
from gan_runner.models.unit_range import to_unit


def test_the_generator_is_the_codes(weight_count: Callable[[nn.Module], int]) -> None:
    file = Path(__file__).parents[2] / "conf" / "arch" / "gmmn.yaml"
    node: Any = OmegaConf.to_container(OmegaConf.load(file))
    assert node["discriminator"] is None
    generator = construct(node["generator"], "arch.generator", shape=(1, 28, 28), latent_dim=node["latent"]["dim"])
    widths = [10, 64, 256, 256, 1024, 784]
    assert weight_count(generator) == sum((inputs + 1) * outputs for inputs, outputs in pairwise(widths))
    assert sum(isinstance(module, nn.ReLU) for module in generator.modules()) == 4
    latent = torch.rand(3, 10) * 2 - 1
    raw = generator.head(generator.body(latent))
    torch.testing.assert_close(to_unit(generator(latent)).flatten(1), torch.sigmoid(raw))
