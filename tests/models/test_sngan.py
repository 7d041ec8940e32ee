from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.sngan import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]


def test_weights_at_32_pixels_add_up(weight_count: WeightCount) -> None:
    fully_connected = 128 * 512 * 16 + 512 * 16
    transposed = 16 * (512 * 256 + 256 * 128 + 128 * 64) + 2 * (256 + 128 + 64)
    generator = Generator(128, (3, 32, 32))
    assert weight_count(generator) == fully_connected + transposed + 64 * 3 * 9 + 3 == 3_811_907
    strided = 16 * (64 * 64 + 128 * 128 + 256 * 256) + 64 + 128 + 256
    plain = 9 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 512) + 64 + 128 + 256 + 512
    assert weight_count(Discriminator((3, 32, 32))) == strided + plain + 512 * 16 + 1 == 2_935_873


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("size", "side"), [(32, 4), (48, 6), (64, 8), (128, 16)])
def test_maps_have_the_papers_shapes(layer_shapes: LayerShapes, size: int, side: int, channels: int) -> None:
    shape = (channels, size, size)
    sides = [2 * side, 4 * side, 8 * side]
    maps = [(count, side, side) for count, side in zip((4, 2, 1), sides, strict=True)]
    assert layer_shapes(Generator(5, shape, width=1), torch.randn(2, 5)) == [(8 * side * side,), *maps, shape]
    # 3x3 keeps the side and widens, 4x4 halves it
    maps = [(1, 8), (1, 4), (2, 4), (2, 2), (4, 2), (4, 1), (8, 1)]
    expected = [(count, multiple * side, multiple * side) for count, multiple in maps]
    assert layer_shapes(Discriminator(shape, width=1), torch.randn(2, *shape)) == [*expected, (1,)]


def test_the_critic_normalises_nothing_and_its_slope_is_a_tenth() -> None:
    kinds = {type(module) for module in Discriminator((3, 32, 32), width=1).body}
    assert kinds == {nn.Conv2d, nn.LeakyReLU}
    slopes = {module.negative_slope for module in Discriminator((3, 32, 32), width=1).body[1::2]}
    assert slopes == {0.1}


def test_starting_weights_are_glorots() -> None:
    torch.manual_seed(0)
    convolution = Discriminator((3, 32, 32)).body[8]
    # uniform on +-sqrt(6 / (fan-in + fan-out)) has the variance 2 / (fan-in + fan-out)
    assert convolution.weight.shape == (256, 128, 3, 3)
    assert convolution.weight.std().item() == pytest.approx((2 / (9 * (128 + 256))) ** 0.5, rel=0.01)
    assert not convolution.bias.any()


def test_other_shapes_and_widths_are_refused() -> None:
    for make in (lambda *settings: Generator(5, *settings), Discriminator):
        with pytest.raises(UsageError, match="arch=sngan makes pictures of 32, 48, 64 or 128 pixels; got 28x28; set"):
            make((1, 28, 28))
        with pytest.raises(ValueError, match="width of the largest maps, got 0; allowed 1 or more"):
            make((1, 32, 32), 0)
