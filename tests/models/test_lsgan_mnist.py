from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.lsgan_mnist import Discriminator, Generator, MemoryReshape

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]
MNIST = (1, 28, 28)


def test_weights_add_up(weight_count: WeightCount) -> None:
    fully_connected = 100 * 1024 + 1024 + 1024 * 6272 + 6272 + 2 * 6272
    convolutions = 128 * 256 * 25 + 256 + 64 * 128 * 25 + 128 + 32 * 25 + 1
    assert weight_count(Generator(100, MNIST)) == fully_connected + convolutions == 7_569_953
    convolutions = 32 * 36 + 32 + 32 * 64 * 36 + 64 + 2 * 64
    fully_connected = 64 * 7 * 7 * 512 + 512 + 2 * 512 + 512 + 1
    assert weight_count(Discriminator(MNIST)) == convolutions + fully_connected == 1_682_785


@pytest.mark.parametrize("reshape", ["memory", "pixel_shuffle"])
def test_layers_have_the_posts_shapes(layer_shapes: LayerShapes, reshape: Any) -> None:
    generator = Generator(100, MNIST, reshape=reshape)
    assert layer_shapes(generator, torch.randn(2, 100)) == [(1024,), (6272,), (256, 7, 7), (128, 14, 14), MNIST]
    discriminator = Discriminator(MNIST)
    assert layer_shapes(discriminator, torch.randn(2, *MNIST)) == [(32, 14, 14), (64, 7, 7), (512,), (1,)]


def test_memory_reshape_lays_four_maps_end_to_end() -> None:
    maps = torch.arange(16).view(1, 4, 2, 2)
    end_to_end = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15]]
    interleaved = [[0, 4, 1, 5], [8, 12, 9, 13], [2, 6, 3, 7], [10, 14, 11, 15]]
    assert MemoryReshape()(maps).tolist() == [[end_to_end]]
    assert MemoryReshape()(maps.contiguous(memory_format=torch.channels_last)).tolist() == [[end_to_end]]
    assert nn.PixelShuffle(2)(maps).tolist() == [[interleaved]]


def test_the_first_row_of_a_14_pixel_map_is_two_rows_of_a_7_pixel_map() -> None:
    maps = torch.randn(2, 256, 7, 7)
    assert torch.equal(MemoryReshape()(maps)[1, 5, 0], maps[1, 20, :2].flatten())


def test_the_reshape_setting_changes_the_picture() -> None:
    pictures = []
    for reshape in ("memory", "pixel_shuffle"):
        torch.manual_seed(0)
        pictures.append(Generator(8, MNIST, reshape=reshape)(torch.randn(2, 8)))
    assert (pictures[0] - pictures[1]).abs().max() > 0.1


def test_the_discriminators_slope_is_fluids() -> None:
    slopes = {module.negative_slope for module in Discriminator(MNIST).modules() if isinstance(module, nn.LeakyReLU)}
    assert slopes == {0.02}


def test_colour_is_allowed_and_other_sizes_are_not() -> None:
    assert Generator(8, (3, 28, 28))(torch.randn(2, 8)).shape == (2, 3, 28, 28)
    for make in (lambda shape: Generator(8, shape), Discriminator):
        with pytest.raises(UsageError, match="arch=lsgan_mnist makes pictures of 28 pixels; got 32x32; set"):
            make((1, 32, 32))
        with pytest.raises(UsageError, match="got 2-D points; use arch=mlp"):
            make((2,))
