from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from gan_runner.errors import UsageError
from gan_runner.models.wgan_gp_mnist import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]
MNIST = (1, 28, 28)


def test_weights_add_up(weight_count: WeightCount) -> None:
    convolutions = 25 * (256 * 128 + 128 * 64 + 64) + 128 + 64 + 1
    assert weight_count(Generator(128, MNIST)) == 128 * 4096 + 4096 + convolutions == 1_554_177
    convolutions = 25 * (64 + 64 * 128 + 128 * 256) + 64 + 128 + 256
    assert weight_count(Discriminator(MNIST)) == convolutions + 4096 + 1 == 1_030_145


def test_layers_have_the_codes_shapes(layer_shapes: LayerShapes) -> None:
    shapes = layer_shapes(Generator(128, MNIST), torch.randn(2, 128))
    assert shapes == [(4096,), (128, 7, 7), (64, 14, 14), MNIST]
    shapes = layer_shapes(Discriminator(MNIST), torch.randn(2, *MNIST))
    assert shapes == [(64, 14, 14), (128, 7, 7), (256, 4, 4), (1,)]


def test_the_clipped_variant_normalises_all_but_the_ends() -> None:
    for network, count in ((Generator(8, MNIST, 4, "batch"), 3), (Discriminator(MNIST, 4, "batch"), 2)):
        assert sum(isinstance(module, _BatchNorm) for module in network.modules()) == count


def test_the_recipes_penalty_is_the_codes_on_pictures_in_0_to_1(compose_config: Any) -> None:
    torch.manual_seed(0)
    critic, pictures = Discriminator(MNIST, width=4), torch.rand(3, *MNIST)
    theirs = torch.func.grad(lambda x: critic.head(critic.body(x)).sum())(pictures).flatten(1).norm(dim=1)
    ours = torch.func.grad(lambda x: critic(x).sum())(2 * pictures - 1).flatten(1).norm(dim=1)
    gp = compose_config("experiment=wgan_gp_mnist")["reg"]["gp"]
    torch.testing.assert_close(gp["weight"] * (ours - gp["target"]) ** 2, 10 * (theirs - 1) ** 2)


def test_other_shapes_are_refused_by_both_players() -> None:
    for make in (lambda shape: Generator(8, shape), Discriminator):
        with pytest.raises(UsageError, match="arch=wgan_gp_mnist makes pictures of 28 pixels; got 64x64; set"):
            make((3, 64, 64))
