from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.lsgan_scene import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]


@pytest.mark.parametrize(("size", "first"), [(64, 4), (112, 7), (128, 8)])
def test_layers_have_the_papers_shapes(layer_shapes: LayerShapes, size: int, first: int) -> None:
    sides = [first * factor for factor in (2, 2, 4, 4, 8, 16)]
    maps = [(width, side, side) for width, side in zip((8, 8, 8, 8, 4, 2), sides, strict=True)]
    generator = Generator(5, (3, size, size), width=2)
    assert layer_shapes(generator, torch.randn(2, 5)) == [(8 * first * first,), *maps, (3, size, size)]
    maps = [(2 * factor, size // (2 * factor), size // (2 * factor)) for factor in (1, 2, 4, 8)]
    assert layer_shapes(Discriminator((3, size, size), width=2), torch.randn(2, 3, size, size)) == [*maps, (1,)]


def test_weights_add_up(weight_count: WeightCount) -> None:
    layers = 9 * (4 * 256 * 256 + 256 * 128 + 128 * 64)
    norms = 2 * (5 * 256 + 128 + 64)
    picture = 64 * 3 * 9 + 3
    generator = Generator(1024, (3, 112, 112))
    assert weight_count(generator) == 1024 * 256 * 49 + layers + norms + picture == 15_577_667
    layers = 25 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 512) + 64
    norms = 2 * (128 + 256 + 512)
    assert weight_count(Discriminator((3, 112, 112))) == layers + norms + 512 * 49 + 1 == 4_332_545


def test_norm_is_everywhere_but_at_the_picture() -> None:
    generator, discriminator = Generator(5, (3, 64, 64), 2), Discriminator((3, 64, 64), 2)
    assert sum(isinstance(module, nn.BatchNorm2d) for module in generator.modules()) == 7
    assert sum(isinstance(module, nn.BatchNorm2d) for module in discriminator.modules()) == 3
    assert [type(module) for module in generator.body][-2:] == [nn.ConvTranspose2d, nn.Tanh]
    assert [type(module) for module in discriminator.body][:3] == [nn.Conv2d, nn.LeakyReLU, nn.Conv2d]


@pytest.mark.parametrize("norm", ["layer", "none"])
def test_without_batch_norm_a_penalty_reaches_the_weights(norm: Any) -> None:
    torch.manual_seed(0)
    critic = Discriminator((1, 64, 64), 2, norm)
    torch.func.grad(lambda x: critic(x).sum())(torch.randn(2, 1, 64, 64)).square().sum().backward()
    assert all(weight.grad is not None for name, weight in critic.named_parameters() if name.endswith("weight"))


def test_channels_last_and_compiling_change_nothing() -> None:
    torch.manual_seed(0)
    generator, critic = Generator(5, (3, 64, 64), 2), Discriminator((3, 64, 64), 2)
    latent = torch.randn(2, 5)
    expected = generator(latent), critic(generator(latent))

    def play(latent: Tensor) -> tuple[Tensor, Tensor]:
        pictures = generator(latent)
        return pictures, critic(pictures)

    for network in (generator, critic):
        network.to(memory_format=torch.channels_last)
    for run in (play, torch.compile(play, backend="aot_eager", fullgraph=True)):
        for got, wanted in zip(run(latent), expected, strict=True):
            torch.testing.assert_close(got, wanted, rtol=1e-3, atol=1e-4)


def test_other_shapes_are_refused_by_both_players() -> None:
    for shape in ((2,), (3, 96, 96), (1, 28, 28)):
        for make in (lambda shape: Generator(5, shape), Discriminator):
            with pytest.raises(UsageError, match="arch=lsgan_scene makes pictures of 64, 112 or 128 pixels; got"):
                make(shape)
    with pytest.raises(ValueError, match="width, got 0; allowed 1 or more"):
        Discriminator((3, 64, 64), 0)
