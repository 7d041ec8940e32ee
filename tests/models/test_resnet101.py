from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.resnet101 import Bottleneck, Discriminator, Generator, Thinned

WeightCount = Callable[[nn.Module], int]
LSUN = (3, 64, 64)


def block(inputs: int, outputs: int) -> int:
    """Return the weights of a block's branch: three convolutions, the last without bias, and a normalisation."""
    small, large = inputs // 2, outputs // 2
    return (inputs + 1) * small + (9 * small + 1) * large + large * outputs + 2 * outputs


def test_weights_add_up(weight_count: WeightCount) -> None:
    same = 6 * sum(block(maps, maps) for maps in (512, 256, 128, 64)) + 5 * block(32, 32)
    steps = [(512, 256), (256, 128), (128, 64), (64, 32)]
    up = sum(block(*step) + (step[0] + 1) * 4 * step[1] for step in steps)
    generator = Generator(128, LSUN)
    assert weight_count(generator) == 129 * 8192 + same + up + 33 * 3
    down = sum(block(small, large) + (small + 1) * large for large, small in steps)
    assert weight_count(Discriminator(LSUN)) == 4 * 32 + same + down + 8192 + 1


@pytest.mark.parametrize("network", [Generator(8, LSUN, 4), Discriminator(LSUN, 4)])
def test_101_layers_lie_between_latent_and_picture_and_between_picture_and_score(network: nn.Module) -> None:
    layers = [
        name
        for name, module in network.named_modules()
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d) and "shortcut" not in name
    ]
    assert len(layers) == 101


@pytest.mark.parametrize(
    ("network", "inputs", "first", "last"),
    [(Generator(8, LSUN, 4), torch.ones(2, 8), 6, 6), (Discriminator(LSUN, 4), torch.ones(2, *LSUN), 7, 5)],
)
def test_blocks_have_the_codes_sides_and_channels(network: nn.Module, inputs: Tensor, first: int, last: int) -> None:
    seen: list[tuple[int, ...]] = []
    for module in network.modules():
        if isinstance(module, Bottleneck):
            module.register_forward_hook(lambda _module, _inputs, output: seen.append(tuple(output.shape[1:])))
    network(inputs)
    expected = {(32, 4, 4): first, (16, 8, 8): 7, (8, 16, 16): 7, (4, 32, 32): 7, (2, 64, 64): last}
    assert {maps: seen.count(maps) for maps in seen} == expected


def test_a_block_adds_three_tenths_of_its_normalised_branch() -> None:
    torch.manual_seed(0)
    maps = torch.randn(16, 8, 6, 6)
    added = Bottleneck(8, 8, "none", "batch")(maps) - maps
    assert added.mean(dim=(0, 2, 3)).abs().max() < 1e-5
    assert added.std(dim=(0, 2, 3)).tolist() == pytest.approx([0.3] * 8, rel=0.01)


def test_a_thinned_layer_is_a_convolution_at_stride_2() -> None:
    layer, maps = Thinned(3, 5), torch.randn(2, 3, 6, 6)
    expected = nn.functional.conv2d(maps, layer.weight, layer.bias, stride=2)
    torch.testing.assert_close(layer(maps), expected)


def test_pictures_and_scores_are_a_fifth_of_what_the_last_layers_give() -> None:
    torch.manual_seed(0)
    generator, discriminator = Generator(8, LSUN, 4), Discriminator(LSUN, 4, "layer")
    latent = torch.randn(2, 8)
    torch.testing.assert_close(generator(latent), torch.tanh(generator.body(latent) / 5))
    pictures = torch.rand(2, *LSUN)
    whole = discriminator.head(discriminator.body(pictures)).squeeze(1)
    torch.testing.assert_close(discriminator(pictures), whole / 5)


def test_shortcuts_and_the_ends_start_with_half_the_variance() -> None:
    generator = Generator(128, LSUN)
    up = generator.body[8]
    assert up.shortcut[0].weight.std().item() == pytest.approx((2 / (512 + 1024)) ** 0.5, rel=0.02)
    assert up.branch[1].weight.std().item() == pytest.approx((4 / (512 + 256)) ** 0.5, rel=0.02)


def test_other_shapes_and_widths_are_refused_by_both_players() -> None:
    for make in (lambda shape, width: Generator(8, shape, width), Discriminator):
        with pytest.raises(UsageError, match="arch=resnet101 makes pictures of 64 pixels; got 28x28; set"):
            make((1, 28, 28), 64)
        with pytest.raises(ValueError, match="got 6; allowed multiples of 4"):
            make(LSUN, 6)
