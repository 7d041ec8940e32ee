from collections.abc import Callable

import pytest
import torch
from torch import nn

from gan_runner.errors import UsageError
from gan_runner.models.steps_mlp import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]
MNIST = (1, 28, 28)


def test_weights_add_up(weight_count: WeightCount) -> None:
    generator = 96 * 1024 + 1024 + 1024 * 1024 + 1024 + 1024 * 784 + 784
    assert weight_count(Generator(96, MNIST)) == generator == 1_952_528
    assert weight_count(Discriminator(MNIST)) == 784 * 256 + 256 + 256 * 256 + 256 + 256 + 1 == 267_009


def test_activations_are_the_tutorials() -> None:
    kinds = [type(module) for module in Generator(96, MNIST).body]
    assert kinds == [nn.Linear, nn.ReLU, nn.Linear, nn.ReLU, nn.Linear, nn.Tanh]
    slopes = [module.negative_slope for module in Discriminator(MNIST).modules() if isinstance(module, nn.LeakyReLU)]
    assert slopes == [0.2, 0.2]


def test_any_picture_is_flattened() -> None:
    fake = Generator(96, (3, 8, 6))(torch.randn(4, 96))
    assert fake.shape == (4, 3, 8, 6)
    critic = Discriminator((3, 8, 6))
    torch.testing.assert_close(critic(fake), critic.head(critic.body(fake.reshape(4, 144)))[:, 0])


def test_points_are_refused_by_both_players() -> None:
    for make in (lambda shape: Generator(96, shape), Discriminator):
        with pytest.raises(UsageError, match="got 2-D points; use arch=mlp"):
            make((2,))
