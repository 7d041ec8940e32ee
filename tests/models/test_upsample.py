from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.upsample import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]
MNIST, CIFAR = (1, 28, 28), (1, 32, 32)


def test_maps_double_and_halve(layer_shapes: LayerShapes) -> None:
    maps = [(64, 14, 14), (32, 28, 28), (1, 28, 28)]
    assert layer_shapes(Generator(100, MNIST), torch.randn(2, 100)) == [(1024,), (6272,), *maps]
    assert layer_shapes(Discriminator(MNIST), torch.randn(2, *MNIST)) == [(32, 14, 14), (64, 7, 7), (512,), (1,)]


def test_weights_add_up(weight_count: WeightCount) -> None:
    layers = 100 * 1024 + 1024 * 6272 + 25 * (128 * 64 + 64 * 32 + 32) + 1
    assert weight_count(Generator(100, MNIST)) == layers + 2 * (1024 + 128 + 64 + 32)
    layers = 25 * (32 + 32 * 64) + 32 + 3136 * 512 + 512 + 1
    assert weight_count(Discriminator(MNIST)) == layers + 2 * (64 + 512)


def test_a_deep_narrow_kernel_net_without_hidden_layers(layer_shapes: LayerShapes) -> None:
    made = layer_shapes(Generator(100, CIFAR, [], [128, 128, 64], 3), torch.randn(2, 100))
    assert made == [(8192,), (128, 16, 16), (64, 32, 32), (1, 32, 32)]
    critic = Discriminator(CIFAR, [16, 32, 64, 128], [], 3, dropout=0.25)
    judged = layer_shapes(critic, torch.randn(2, *CIFAR))
    assert judged == [(16, 16, 16), (32, 8, 8), (64, 4, 4), (128, 2, 2), (1,)]


def test_dropout_takes_whole_maps_in_training_alone() -> None:
    critic = Discriminator(CIFAR, [64], [], 3, dropout=0.25, norm="none")
    pictures = torch.rand(8, *CIFAR) * 2 - 1
    maps = critic.features(pictures).unflatten(1, (64, 16 * 16))
    empty = (maps == 0).all(2).float().mean()
    assert 0.15 < empty < 0.35
    assert torch.equal((maps == 0).any(2), (maps == 0).all(2))
    critic.eval()
    assert not (critic.features(pictures) == 0).any()


def test_what_cannot_be_built_is_refused_in_one_sentence() -> None:
    with pytest.raises(ValueError, match=r"widths of the maps, got \[64\]; allowed 2 to 5 numbers"):
        Generator(100, MNIST, widths=[64])
    with pytest.raises(ValueError, match=r"widths of the maps, got \[\]; allowed 1 to 5 numbers"):
        Discriminator(MNIST, [])
    with pytest.raises(ValueError, match="kernel, got 4; allowed 3, 5, 7"):
        Generator(100, MNIST, kernel=4)
    with pytest.raises(ValueError, match=r"hidden .* got \[0\]"):
        Discriminator(MNIST, hidden=[0])
    with pytest.raises(ValueError, match="dropout, got 1"):
        Discriminator(MNIST, dropout=1.0)
    with pytest.raises(UsageError, match="makes pictures of 32, 64, 112 or 128 pixels; got 28x28"):
        Generator(100, MNIST, widths=[128, 64, 32, 16])
    with pytest.raises(UsageError, match="use arch=mlp"):
        Discriminator((2,))
