from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.ebgan import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]


@pytest.mark.parametrize(("size", "code"), [(32, 4), (64, 8)])
def test_the_decoder_mirrors_the_encoder(layer_shapes: LayerShapes, size: int, code: int) -> None:
    shape = (3, size, size)
    discriminator = Discriminator(shape, width=2)
    down = [(2, 4 * code, 4 * code), (4, 2 * code, 2 * code), (8, code, code)]
    assert layer_shapes(discriminator, torch.randn(2, *shape)) == [*down, down[1], down[0], shape]
    assert discriminator.feature_dim == 8 * code * code
    assert Generator(5, shape, width=2)(torch.randn(2, 5)).shape == (2, *shape)


def test_weights_add_up(weight_count: WeightCount) -> None:
    ends = 3 * 64 * 16 + 64 + 64 * 3 * 16 + 3
    between = 2 * 16 * (64 * 128 + 128 * 256) + 2 * (128 + 256) + 2 * (128 + 64)
    assert weight_count(Discriminator((3, 64, 64))) == ends + between == 1_318_083


def test_the_reconstruction_has_no_bounds() -> None:
    discriminator = Discriminator((1, 32, 32), width=2)
    nn.init.constant_(discriminator.decoder[-1].bias, 5.0)
    assert discriminator(torch.zeros(2, 1, 32, 32)).max() < -20


def test_other_shapes_and_widths_are_refused() -> None:
    for make in (lambda *settings: Generator(5, *settings), Discriminator):
        with pytest.raises(UsageError, match="arch=ebgan makes pictures of 32 or 64 pixels; got 28x28; set"):
            make((1, 28, 28))
        with pytest.raises(ValueError, match="width of the largest maps, got 0; allowed 1 or more"):
            make((1, 32, 32), 0)
