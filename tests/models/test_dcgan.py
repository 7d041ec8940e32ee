from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.dcgan import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]

# With width 2: side of the picture -> the generator's maps, first to last but one.
MAPS = {
    28: [(8, 4, 4), (4, 7, 7), (2, 14, 14)],
    32: [(8, 4, 4), (4, 8, 8), (2, 16, 16)],
    64: [(16, 4, 4), (8, 8, 8), (4, 16, 16), (2, 32, 32)],
    112: [(16, 7, 7), (8, 14, 14), (4, 28, 28), (2, 56, 56)],
    128: [(32, 4, 4), (16, 8, 8), (8, 16, 16), (4, 32, 32), (2, 64, 64)],
}


@pytest.mark.parametrize("kernel", [4, 5])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", MAPS)
def test_maps_double_their_side_and_halve_their_channels(
    layer_shapes: LayerShapes, size: int, channels: int, kernel: Any
) -> None:
    shape = (channels, size, size)
    first, *maps = MAPS[size]
    flat = (first[0] * first[1] * first[2],)
    assert layer_shapes(Generator(5, shape, width=2, kernel=kernel), torch.randn(2, 5)) == [flat, *maps, shape]
    discriminator = Discriminator(shape, width=2, kernel=kernel)
    assert layer_shapes(discriminator, torch.randn(2, *shape)) == [*MAPS[size][::-1], (1,)]


def test_weights_at_28_pixels_add_up(weight_count: WeightCount) -> None:
    generator = Generator(100, (1, 28, 28), width=32)
    # 100 to 128 maps of 4x4, norm; 128 to 64 maps by 3x3, norm; 64 to 32 by 4x4, norm; 32 to 1 with a bias
    norms = 2 * (128 + 64 + 32)
    assert weight_count(generator) == 100 * 128 * 16 + 128 * 64 * 9 + 64 * 32 * 16 + norms + 32 * 16 + 1 == 312_257
    discriminator = Discriminator((1, 28, 28), width=32)
    # 1 to 32 maps with a bias; 32 to 64 by 4x4 and 64 to 128 by 3x3, norms; 128 maps of 4x4 to the score
    convolutions = 32 * 64 * 16 + 64 * 128 * 9
    assert weight_count(discriminator) == 32 * 16 + 32 + convolutions + 2 * (64 + 128) + 128 * 16 + 1 == 109_473


# With width 2 and a stage more: side of the picture -> the generator's maps, first to last but one.
DEEPER = {
    28: [(16, 2, 2), (8, 4, 4), (4, 7, 7), (2, 14, 14)],
    64: [(32, 2, 2), (16, 4, 4), (8, 8, 8), (4, 16, 16), (2, 32, 32)],
    112: [(32, 4, 4), (16, 7, 7), (8, 14, 14), (4, 28, 28), (2, 56, 56)],
}


@pytest.mark.parametrize("kernel", [4, 5])
@pytest.mark.parametrize("size", DEEPER)
def test_a_deeper_net_has_a_stage_more(layer_shapes: LayerShapes, size: int, kernel: Any) -> None:
    shape, maps = (3, size, size), DEEPER[size]
    generator = Generator(5, shape, width=2, kernel=kernel, deeper=True)
    flat = (maps[0][0] * maps[0][1] ** 2,)
    assert layer_shapes(generator, torch.randn(2, 5)) == [flat, *maps[1:], shape]
    discriminator = Discriminator(shape, width=2, kernel=kernel, deeper=True)
    assert layer_shapes(discriminator, torch.randn(2, *shape)) == [*maps[::-1], (1,)]


def test_weights_of_pacgans_net_add_up(weight_count: WeightCount) -> None:
    convolutions = 25 * (512 * 256 + 256 * 128 + 128 * 64)
    generator = Generator(100, (3, 28, 28), width=64, kernel=5, deeper=True)
    norms = 2 * (512 + 256 + 128 + 64)
    assert weight_count(generator) == 100 * 512 * 4 + convolutions + norms + 64 * 3 * 25 + 3 == 4_512_323
    discriminator = Discriminator((6, 28, 28), width=64, kernel=5, deeper=True)
    norms = 2 * (128 + 256 + 512)
    assert weight_count(discriminator) == 6 * 64 * 25 + 64 + convolutions + norms + 512 * 4 + 1 == 4_314_305


def test_weights_at_64_pixels_add_up(weight_count: WeightCount) -> None:
    convolutions = 16 * (512 * 256 + 256 * 128 + 128 * 64)
    norms = 2 * (512 + 256 + 128 + 64)
    generator = Generator(100, (3, 64, 64), width=64)
    assert weight_count(generator) == 100 * 512 * 16 + convolutions + norms + 64 * 3 * 16 + 3 == 3_576_707
    discriminator = Discriminator((3, 64, 64), width=64)
    norms = 2 * (128 + 256 + 512)
    assert weight_count(discriminator) == 3 * 64 * 16 + 64 + convolutions + norms + 512 * 16 + 1 == 2_765_633


def test_convolutions_have_a_bias_where_no_norm_cancels_it(weight_count: WeightCount) -> None:
    shape = (1, 28, 28)
    with_norm = [weight_count(Discriminator(shape, width=32, norm=norm)) for norm in ("batch", "instance")]
    assert with_norm == [109_473, 109_473]
    biases = 64 + 128
    assert weight_count(Discriminator(shape, width=32, norm="layer")) == 109_473 + biases
    assert weight_count(Discriminator(shape, width=32, norm="none")) == 109_473 + biases - 2 * (64 + 128)
    biases = 128 * 16 + 64 + 32
    assert weight_count(Generator(100, shape, width=32, norm="none")) == 312_257 + biases - 2 * (128 + 64 + 32)


@pytest.mark.parametrize("norm", ["batch", "layer", "instance"])
def test_the_discriminators_first_and_the_generators_last_layer_have_no_norm(norm: Any) -> None:
    norms = (nn.BatchNorm2d, nn.GroupNorm)
    generator, discriminator = Generator(5, (3, 32, 32), 0, 2, norm=norm), Discriminator((3, 32, 32), 0, 2, norm=norm)
    assert sum(isinstance(module, norms) for module in generator.modules()) == 3
    assert sum(isinstance(module, norms) for module in discriminator.modules()) == 2
    assert [type(module) for module in list(generator.body)[-2:]] == [nn.ConvTranspose2d, nn.Tanh]
    assert [type(module) for module in list(discriminator.body)[:3]] == [nn.Conv2d, nn.LeakyReLU, nn.Conv2d]


def test_weights_start_as_in_the_paper() -> None:
    torch.manual_seed(0)
    for network in (Generator(100, (1, 64, 64)), Discriminator((1, 64, 64))):
        for module in network.modules():
            if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d) and module.weight.numel() > 2_000:
                assert module.weight.std().item() == pytest.approx(0.02, rel=0.1)
            if isinstance(module, nn.BatchNorm2d):
                assert module.weight.mean().item() == pytest.approx(1.0, abs=0.02)
                assert module.weight.std().item() == pytest.approx(0.02, rel=0.5)


@pytest.mark.parametrize("shape", [(2,), (1, 40, 40), (1, 28, 32)])
def test_other_shapes_are_refused_by_both_players(shape: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="arch=dcgan makes pictures of 28, 32, 64, 112 or 128 pixels; got"):
        Generator(100, shape)
    with pytest.raises(UsageError, match="arch=dcgan makes pictures of 28, 32, 64, 112 or 128 pixels; got"):
        Discriminator(shape)


def test_a_width_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="width of the largest maps, got 0; allowed 1 or more"):
        Generator(100, (1, 28, 28), width=0)


def test_weights_of_the_papers_net_add_up(weight_count: WeightCount) -> None:
    convolutions = 25 * (1024 * 512 + 512 * 256 + 256 * 128)
    generator = Generator(100, (3, 64, 64), width=128, kernel=5)
    norms = 2 * (1024 + 512 + 256 + 128)
    assert weight_count(generator) == 100 * 1024 * 16 + convolutions + norms + 128 * 3 * 25 + 3 == 18_855_043
    discriminator = Discriminator((3, 64, 64), width=128, kernel=5)
    norms = 2 * (256 + 512 + 1024)
    assert weight_count(discriminator) == 3 * 128 * 25 + 128 + convolutions + norms + 1024 * 16 + 1 == 17_232_897


def test_constant_width_leaves_a_tenth_of_the_weights(weight_count: WeightCount) -> None:
    constant = Generator(128, (3, 64, 64), width=64, kernel=5, growth="constant", norm="none")
    first, last = 128 * 64 * 16 + 64 * 16, 64 * 3 * 25 + 3
    assert weight_count(constant) == first + 3 * (64 * 64 * 25 + 64) + last == 444_291
    halving = Generator(128, (3, 64, 64), width=64, kernel=5)
    assert 10 < weight_count(halving) / weight_count(constant) < 15


def test_gated_layers_have_two_channels_for_one(layer_shapes: LayerShapes) -> None:
    shape = (3, 28, 28)
    generator, discriminator = (
        Generator(5, shape, width=2, activation="gated"),
        Discriminator(shape, width=2, activation="gated"),
    )
    assert layer_shapes(generator, torch.randn(2, 5)) == [(2 * 8 * 16,), (8, 7, 7), (4, 14, 14), shape]
    assert layer_shapes(discriminator, torch.randn(2, *shape)) == [(4, 14, 14), (8, 7, 7), (16, 4, 4), (1,)]
    assert discriminator.feature_dim == 8 * 16


def test_tanh_everywhere_leaves_no_other_nonlinearity() -> None:
    for network in (Generator(5, (1, 28, 28), activation="tanh"), Discriminator((1, 28, 28), activation="tanh")):
        assert not [module for module in network.modules() if isinstance(module, nn.ReLU | nn.LeakyReLU)]
    assert sum(isinstance(module, nn.Tanh) for module in network.modules()) == 3
