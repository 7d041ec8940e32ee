from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.lsgan_digits import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]
MNIST = (1, 28, 28)


def test_layers_have_the_papers_shapes(layer_shapes: LayerShapes) -> None:
    maps = [(256, 7, 7), (128, 14, 14), (1, 28, 28)]
    assert layer_shapes(Generator(100, MNIST), torch.randn(2, 100)) == [(512 * 16,), *maps]
    maps = [(20, 14, 14), (50, 7, 7)]
    assert layer_shapes(Discriminator(MNIST), torch.randn(2, *MNIST)) == [*maps, (500,), (1,)]


def test_weights_add_up(weight_count: WeightCount) -> None:
    layers = 100 * 512 * 16 + 25 * (512 * 256 + 256 * 128 + 128) + 1
    assert weight_count(Generator(100, MNIST)) == layers + 2 * (512 * 16 + 256 + 128) == 4_935_553
    layers = 25 * (20 + 20 * 50) + 20 + 50 * 49 * 500 + 500 + 1
    assert weight_count(Discriminator(MNIST)) == layers + 2 * (50 + 500) == 1_252_121


def test_a_quarter_of_the_width_has_a_quarter_of_every_layers_maps(layer_shapes: LayerShapes) -> None:
    maps = [(64, 7, 7), (32, 14, 14), (1, 28, 28)]
    assert layer_shapes(Generator(100, MNIST, width=32), torch.randn(2, 100)) == [(128 * 16,), *maps]
    with pytest.raises(ValueError, match="width, got 0; allowed 1 or more"):
        Generator(100, MNIST, width=0)


def test_minibatch_discrimination_lets_the_batch_into_the_score(weight_count: WeightCount) -> None:
    torch.manual_seed(0)
    critic = Discriminator(MNIST, "layer", 10)
    plain = weight_count(Discriminator(MNIST, "layer"))
    assert weight_count(critic) - plain == 500 * 10 * 5 + 10 * 5 + 10 + 10
    pictures = torch.rand(4, *MNIST) * 2 - 1
    assert critic.features(pictures).shape == (4, critic.feature_dim) == (4, 510)
    assert (critic(pictures)[0] - critic(pictures[:2])[0]).abs() > 1e-6


@pytest.mark.parametrize("shape", [(2,), (1, 32, 32)])
def test_other_shapes_are_refused_by_both_players(shape: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="arch=lsgan_digits makes pictures of 28 pixels; got"):
        Generator(100, shape)
    with pytest.raises(UsageError, match="arch=lsgan_digits makes pictures of 28 pixels; got"):
        Discriminator(shape)
