from collections.abc import Callable

import pytest
import torch
from torch import nn

from gan_runner.models.maxout import Maxout

Build = Callable[..., tuple[nn.Module, nn.Module, int]]


@pytest.mark.parametrize("packing", [1, 4])
def test_weights_add_up(build: Build, weight_count: Callable[[nn.Module], int], packing: int) -> None:
    _, discriminator, _ = build("pacgan", (2 * packing,))
    layers = (2 * packing + 1) * 1000 + 2 * (200 + 1) * 1000 + 200 + 1
    assert weight_count(discriminator) == layers
    assert discriminator(torch.randn(3, 2 * packing)).shape == (3,)


def test_the_generator_has_biases_in_its_last_layer_and_norms_only(
    build: Build, weight_count: Callable[[nn.Module], int]
) -> None:
    generator, _, latent_dim = build("pacgan", (2,))
    assert latent_dim == 2
    assert weight_count(generator) == 2 * 400 + 3 * 400 * 400 + 4 * 2 * 400 + 400 * 2 + 2
    assert sum(isinstance(module, nn.BatchNorm1d) for module in generator.modules()) == 4


def test_weights_start_normal_with_sd_0_02(build: Build) -> None:
    for network in build("pacgan", (2,))[:2]:
        for layer in (module for module in network.modules() if isinstance(module, nn.Linear)):
            assert layer.weight.std().item() == pytest.approx(0.02, rel=0.15)
            assert layer.bias is None or not layer.bias.any()


def test_all_hidden_layers_are_maxout_of_five_pieces(build: Build) -> None:
    _, discriminator, _ = build("pacgan", (2,))
    layers = [module for module in discriminator.modules() if isinstance(module, Maxout)]
    assert [(layer.out_features, layer.pieces) for layer in layers] == [(1000, 5)] * 3
