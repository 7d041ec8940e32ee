from collections.abc import Callable

import pytest
import torch
from torch import nn

from gan_runner.models.wgan_mlp import Generator

Build = Callable[..., tuple[nn.Module, nn.Module, int]]
WeightCount = Callable[[nn.Module], int]
LSUN = (3, 64, 64)


def test_weights_of_wgans_nets_add_up(build: Build, weight_count: WeightCount) -> None:
    generator, critic, _ = build("wgan_mlp_pair", LSUN)
    hidden = 2 * (512 * 512 + 512)
    assert weight_count(generator) == 100 * 512 + 512 + hidden + 512 * 12288 + 12288 == 6_880_768
    assert weight_count(critic) == 12288 * 512 + 512 + hidden + 512 + 1 == 6_817_793
    for network in (generator, critic):
        assert sum(isinstance(module, nn.ReLU) for module in network.modules()) == 3
        assert not [module for module in network.modules() if isinstance(module, nn.LeakyReLU | nn.Tanh)]


def test_four_layers_are_wgan_gps(weight_count: WeightCount) -> None:
    generator = Generator(128, LSUN, layers=4, output="tanh", init="he")
    assert weight_count(generator) == 128 * 512 + 512 + 3 * (512 * 512 + 512) + 512 * 12288 + 12288
    hidden = [module for module in generator.body if isinstance(module, nn.Linear)]
    assert [layer.weight.std().item() for layer in hidden] == pytest.approx([0.125, *[0.0625] * 3], rel=0.02)


def test_the_linear_output_leaves_the_range_of_pictures_and_tanh_does_not() -> None:
    torch.manual_seed(0)
    linear, bounded = (Generator(8, (1, 28, 28), 16, output=output) for output in ("linear", "tanh"))
    latent = 1e3 * torch.randn(4, 8)
    assert linear(latent).abs().max() > 1
    assert bounded(latent).abs().max() <= 1


def test_no_hidden_layer_is_refused() -> None:
    with pytest.raises(ValueError, match="hidden layers, got 0; allowed 1 or more"):
        Generator(8, (1, 28, 28), layers=0)
