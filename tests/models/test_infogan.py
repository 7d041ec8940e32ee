from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.infogan import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]
MNIST = (1, 28, 28)


def test_weights_add_up(weight_count: WeightCount) -> None:
    fully_connected = 74 * 1024 + 1024 * 6272 + 2 * (1024 + 6272)
    transposed = 128 * 64 * 16 + 2 * 64 + 64 * 16 + 1
    assert weight_count(Generator(74, MNIST)) == fully_connected + transposed == 6_645_121
    convolutions = 16 * 64 + 64 + 64 * 128 * 16 + 2 * 128
    fully_connected = 6272 * 1024 + 2 * 1024 + 1024 + 1
    assert weight_count(Discriminator(MNIST)) == convolutions + fully_connected == 6_558_017


def test_layers_have_the_papers_shapes(layer_shapes: LayerShapes) -> None:
    assert layer_shapes(Generator(74, MNIST), torch.randn(2, 74)) == [(1024,), (6272,), (64, 14, 14), MNIST]
    discriminator = Discriminator(MNIST)
    assert layer_shapes(discriminator, torch.randn(2, *MNIST)) == [(64, 14, 14), (128, 7, 7), (1024,), (1,)]
    assert discriminator.feature_dim == 1024


def test_pictures_are_the_papers_sigmoid_stretched_to_tanh_range() -> None:
    generator, latent = Generator(74, MNIST), torch.rand(3, 74) * 2 - 1
    generator.eval()
    torch.testing.assert_close(generator(latent), 2 * torch.sigmoid(generator.body[:-1](latent)) - 1)


def test_the_discriminator_sees_pictures_in_0_to_1() -> None:
    discriminator, pictures = Discriminator(MNIST, norm="none"), torch.rand(2, *MNIST)
    torch.testing.assert_close(discriminator.features(2 * pictures - 1), discriminator.body(pictures))


def test_slopes_norms_and_starting_weights_are_as_stated() -> None:
    torch.manual_seed(0)
    discriminator = Discriminator((3, 28, 28))
    assert {module.negative_slope for module in discriminator.modules() if isinstance(module, nn.LeakyReLU)} == {0.01}
    assert discriminator.body[6].weight.std().item() == pytest.approx(0.02, rel=0.01)
    norms = (nn.BatchNorm1d, nn.BatchNorm2d)
    assert sum(isinstance(module, norms) for module in Generator(74, MNIST).modules()) == 3
    assert [type(module) for module in discriminator.body[:2]] == [nn.Conv2d, nn.LeakyReLU]


def test_other_shapes_are_refused() -> None:
    for make in (lambda shape: Generator(5, shape), Discriminator):
        with pytest.raises(UsageError, match="arch=infogan makes pictures of 28 pixels; got 32x32; set"):
            make((1, 32, 32))
