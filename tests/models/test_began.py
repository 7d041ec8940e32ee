from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.began import Discriminator, Generator
from gan_runner.models.upsampled_conv import UpsampledConv2d

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]


def three(inputs: int, outputs: int) -> int:
    return inputs * outputs * 9 + outputs


def test_weights_at_64_pixels_add_up(weight_count: WeightCount) -> None:
    decoder = 64 * 8192 + 8192 + 8 * three(128, 128) + three(128, 3)
    assert weight_count(Generator(64, (3, 64, 64))) == decoder == 1_716_611
    first = three(3, 128) + 2 * three(128, 128) + three(128, 128)
    second = three(128, 256) + three(256, 256) + three(256, 256)
    third = three(256, 384) + three(384, 384) + three(384, 384)
    last = three(384, 512) + three(512, 512) + 512 * 64 * 64 + 64
    discriminator = Discriminator((3, 64, 64))
    assert sum(weight.numel() for weight in discriminator.encoder.parameters()) == first + second + third + last
    assert weight_count(discriminator.decoder) == decoder
    assert discriminator.feature_dim == 64


# Side of the picture -> sides of the maps, largest first.
SIDES = {28: [28, 14, 7], 32: [32, 16, 8], 64: [64, 32, 16, 8]}


@pytest.mark.parametrize("size", SIDES)
def test_the_decoder_keeps_its_width_and_the_encoder_widens(layer_shapes: LayerShapes, size: int) -> None:
    shape, sides = (3, size, size), SIDES[size]
    decoder = [(2, side, side) for side in reversed(sides) for _ in range(2)]
    flat = (2 * sides[-1] ** 2,)
    assert layer_shapes(Generator(5, shape, width=2), torch.randn(2, 5)) == [flat, *decoder, shape]
    encoder = [(2, size, size)]
    for stage, side in enumerate(sides):
        encoder += [(2 * (stage + 1), side, side)] * 2
        encoder += [(2 * (stage + 1), side // 2, side // 2)] if side != sides[-1] else []
    expected = [*encoder, (7,), flat, *decoder, shape]
    assert layer_shapes(Discriminator(shape, width=2, code=7), torch.randn(2, *shape)) == expected


def test_the_score_is_minus_the_mean_absolute_error() -> None:
    discriminator, pictures = Discriminator((1, 28, 28), width=2), torch.randn(3, 1, 28, 28)
    copies = discriminator.decoder(discriminator.encoder(pictures))
    torch.testing.assert_close(discriminator(pictures), -(copies - pictures).abs().mean((1, 2, 3)))


def test_nothing_is_normalised_and_every_activation_is_elu() -> None:
    networks = Generator(5, (1, 32, 32), width=2), Discriminator((1, 32, 32), width=2)
    kinds = {type(module) for network in networks for module in network.modules()}
    layers = {nn.Conv2d, UpsampledConv2d, nn.Linear, nn.ELU, nn.Identity, nn.Flatten, nn.Unflatten, nn.Sequential}
    assert kinds == {Generator, Discriminator} | layers


def test_other_shapes_and_settings_are_refused() -> None:
    for make in (lambda *settings: Generator(5, *settings), Discriminator):
        with pytest.raises(UsageError, match="arch=began makes pictures of 28, 32, 64 or 128 pixels; got 48x48; set"):
            make((1, 48, 48))
        with pytest.raises(ValueError, match="width of the largest maps, got 0; allowed 1 or more"):
            make((1, 32, 32), 0)
    with pytest.raises(ValueError, match="numbers between encoder and decoder"):
        Discriminator((1, 32, 32), code=0)
