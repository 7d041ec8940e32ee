from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gan_runner.build import build as make_run
from gan_runner.errors import UsageError
from gan_runner.models.attention import SelfAttention
from gan_runner.models.layers import Norm
from gan_runner.models.residual import ClassNorm, DownBlock, UpBlock
from gan_runner.models.resnet import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]
CIFAR = (3, 32, 32)


def three(inputs: int, outputs: int) -> int:
    return inputs * outputs * 9 + outputs


def one(inputs: int, outputs: int) -> int:
    return inputs * outputs + outputs


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def test_weights_at_32_pixels_add_up(weight_count: WeightCount) -> None:
    block = 2 * three(256, 256) + one(256, 256) + 2 * 2 * 256
    ends = 128 * 4096 + 4096 + 2 * 256 + three(256, 3)
    assert weight_count(Generator(128, CIFAR, width=256)) == 3 * block + ends == 4_276_739
    halving = three(3, 128) + three(128, 128) + one(3, 128) + 2 * three(128, 128) + one(128, 128)
    discriminator = Discriminator(CIFAR, width=128, norm="none")
    assert weight_count(discriminator) == halving + 4 * three(128, 128) + 128 + 1 == 1_053_825


# Side of the picture -> with width 1: channels and side of the generator's maps, then of the discriminator's.
MAPS = {
    28: ([(1, 7), (1, 14), (1, 28)], [(1, 14), (1, 7), (1, 7), (1, 7)]),
    32: ([(1, 4), (1, 8), (1, 16), (1, 32)], [(1, 16), (1, 8), (1, 8), (1, 8)]),
    48: ([(8, 6), (4, 12), (2, 24), (1, 48)], [(1, 24), (2, 12), (4, 6), (8, 3), (16, 3)]),
    64: ([(16, 4), (8, 8), (4, 16), (2, 32), (1, 64)], [(1, 32), (2, 16), (4, 8), (8, 4), (16, 2)]),
    128: (
        [(16, 4), (16, 8), (8, 16), (4, 32), (2, 64), (1, 128)],
        [(1, 64), (2, 32), (4, 16), (8, 8), (16, 4), (16, 4)],
    ),
}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", MAPS)
def test_maps_have_the_papers_channels_and_sides(size: int, channels: int) -> None:
    seen: list[tuple[int, int]] = []
    shape = (channels, size, size)
    generator, discriminator = Generator(5, shape, width=1), Discriminator(shape, width=1)
    for module in [*generator.modules(), *discriminator.modules()]:
        if isinstance(module, nn.Unflatten | UpBlock | DownBlock):
            module.register_forward_hook(lambda _module, _inputs, maps: seen.append(tuple(maps.shape[1:3])))
    pictures = generator(torch.randn(2, 5))
    assert pictures.shape == (2, *shape)
    discriminator(pictures)
    assert seen == MAPS[size][0] + MAPS[size][1]


def test_an_up_block_is_what_its_docstring_says() -> None:
    block = UpBlock(3, 5, "none")
    double, first = nn.Upsample(scale_factor=2), nn.Conv2d(3, 5, 3, padding=1)
    first.load_state_dict(block.first.state_dict())
    maps = torch.randn(2, 3, 6, 6)
    hidden = block.second(first(double(maps.relu())).relu())
    torch.testing.assert_close(block(maps), hidden + block.shortcut(double(maps)))


def test_a_down_block_is_what_its_docstring_says() -> None:
    maps, pool = torch.randn(2, 3, 4, 4), nn.AvgPool2d(2)
    block = DownBlock(3, 5, "none")
    expected = pool(block.second(block.first(maps.relu()).relu())) + pool(block.shortcut(maps))
    torch.testing.assert_close(block(maps), expected)
    assert block.first.out_channels == 3
    first = DownBlock(3, 5, "layer", first=True)
    expected = pool(first.second(first.first(maps).relu())) + pool(first.shortcut(maps))
    torch.testing.assert_close(first(maps), expected)
    assert first.first.out_channels == 5
    same = DownBlock(3, 3, "none", down=False)
    torch.testing.assert_close(same(maps), same.second(same.first(maps.relu()).relu()) + maps)


def test_starting_weights_are_glorots() -> None:
    block = DownBlock(64, 64, "none")
    # uniform on +-g sqrt(6 / (fan-in + fan-out)) has the variance 2 g^2 / (fan-in + fan-out)
    assert block.first.weight.std().item() == pytest.approx((2 * 2 / (64 * 9 * 2)) ** 0.5, rel=0.02)
    assert block.shortcut.weight.std().item() == pytest.approx((2 / 128) ** 0.5, rel=0.03)
    assert block.first.weight.abs().max().item() <= (2 * 6 / (64 * 9 * 2)) ** 0.5
    assert not any(layer.bias.any() for layer in (block.first, block.second, block.shortcut))


def test_sum_and_mean_differ_by_the_number_of_pixels() -> None:
    mean, total = Discriminator(CIFAR, width=2, norm="none"), Discriminator(CIFAR, width=2, norm="none", pool="sum")
    total.load_state_dict(mean.state_dict())
    pictures = torch.randn(3, *CIFAR)
    torch.testing.assert_close(total.features(pictures), 64 * mean.features(pictures))


@pytest.mark.parametrize("norm", ["batch", "layer", "instance", "none"])
def test_class_norm_starts_as_the_plain_norm_and_then_follows_the_class(norm: Norm) -> None:
    maps, labels = torch.randn(6, 4, 5, 5) * 3 + 1, torch.tensor([0, 1, 2, 0, 1, 2])
    layer = ClassNorm(norm, 4, 3)
    normed = layer(maps, labels)
    if norm == "batch":
        torch.testing.assert_close(normed.mean((0, 2, 3)), torch.zeros(4), atol=1e-5, rtol=0)
        torch.testing.assert_close(normed.var((0, 2, 3), correction=0), torch.ones(4), atol=1e-4, rtol=0)
    with torch.no_grad():
        layer.gain.weight[1] = 2.0
        layer.bias.weight[1] = 7.0
    changed = layer(maps, labels)
    torch.testing.assert_close(changed[[1, 4]], 2 * normed[[1, 4]] + 7)
    assert torch.equal(changed[[0, 2, 3, 5]], normed[[0, 2, 3, 5]])


def test_a_conditional_generator_makes_what_the_labels_ask_for(weight_count: WeightCount) -> None:
    generator = Generator(5, CIFAR, classes=4, width=2, conditional=True).eval()
    assert generator.conditional
    # three blocks with two norms each: a gain and a bias a class in place of one for all
    assert weight_count(generator) == weight_count(Generator(5, CIFAR, width=2)) + 3 * 2 * 2 * 2 * (4 - 1)
    for module in generator.modules():
        if isinstance(module, ClassNorm):
            nn.init.normal_(module.gain.weight, 1.0, 1.0)
            nn.init.normal_(module.bias.weight)
    latent, labels = torch.randn(1, 5).expand(4, 5), torch.arange(4)
    pictures = generator(latent, labels)
    assert min((pictures[i] - pictures[j]).abs().max() for i in range(4) for j in range(i)) > 1e-3
    torch.testing.assert_close(generator(latent, labels.flip(0)), pictures.flip(0))


def test_a_conditional_score_adds_the_projection_of_its_class() -> None:
    discriminator = Discriminator(CIFAR, classes=4, width=2, norm="none", conditional=True)
    pictures, labels = torch.randn(4, *CIFAR), torch.tensor([3, 0, 0, 1])
    features = discriminator.features(pictures)
    vectors = discriminator.projection.weight[labels]
    expected = discriminator.head(features)[:, 0] + torch.einsum("bf,bf->b", vectors, features)
    torch.testing.assert_close(discriminator(pictures, labels), expected)
    order = torch.tensor([2, 3, 1, 0])
    torch.testing.assert_close(discriminator(pictures[order], labels[order]), expected[order])


def test_conditional_networks_refuse_data_without_labels() -> None:
    for make in (lambda: Generator(5, CIFAR, conditional=True), lambda: Discriminator(CIFAR, conditional=True)):
        with pytest.raises(UsageError, match="arch=resnet is conditional and needs labelled data"):
            make()


def test_one_key_makes_both_players_conditional(compose_config: Callable[..., dict[str, Any]]) -> None:
    overrides = ["data=fake", "trainer=smoke", "trainer.batch_size=4", "arch=resnet", "arch.conditional=true"]
    widths = ["arch.generator.width=4", "arch.discriminator.width=4"]
    parts = make_run(compose_config(*overrides, *widths, "arch.attention=14", "loss=hinge", "reg=spectral"))
    assert parts.game.networks["generator"].conditional
    assert parts.game.networks["discriminator"].projection.weight.shape == (10, 4)
    scalars = parts.engine.step(parts.stream, observe=True)
    assert all(value.isfinite() for value in scalars.values())


def test_attention_starts_as_nothing_and_is_then_the_papers_sum(weight_count: WeightCount) -> None:
    layer, maps = SelfAttention(16), torch.randn(2, 16, 3, 3)
    assert torch.equal(layer(maps), maps)
    assert weight_count(layer) == 4 * 16 * 2 + 1
    nn.init.constant_(layer.gamma, 0.5)
    query, key, value = (module.weight[:, :, 0, 0] for module in (layer.query, layer.key, layer.value))
    changed = layer(maps)
    for sample, row, column in ((0, 0, 0), (1, 2, 1)):
        pixels = maps[sample].flatten(1)
        weights = torch.softmax((key @ pixels).T @ (query @ maps[sample, :, row, column]), dim=0)
        mixed = layer.output.weight[:, :, 0, 0] @ (value @ pixels @ weights)
        torch.testing.assert_close(changed[sample, :, row, column], maps[sample, :, row, column] + 0.5 * mixed)


def test_attention_follows_the_first_maps_of_its_side() -> None:
    generator, discriminator = Generator(5, CIFAR, width=8, attention=16), Discriminator(CIFAR, width=8, attention=8)
    assert isinstance(generator.attention, SelfAttention)
    sides: list[int] = []
    generator.attention.register_forward_hook(lambda _module, _inputs, maps: sides.append(maps.shape[2]))
    names = [type(module).__name__ for module in discriminator.blocks]
    assert names == ["DownBlock", "DownBlock", "SelfAttention", "DownBlock", "DownBlock", "ReLU"]
    generator(torch.randn(2, 5))
    assert sides == [16]


def test_attention_can_be_differentiated_twice_and_compiled() -> None:
    discriminator = Discriminator((1, 28, 28), width=4, norm="layer", attention=14)
    layer = next(module for module in discriminator.modules() if isinstance(module, SelfAttention))
    nn.init.ones_(layer.gamma)
    pictures = torch.randn(2, 1, 28, 28)

    def penalty(pictures: Tensor) -> Tensor:
        slopes = torch.func.grad(lambda x: discriminator(x).sum())(pictures)
        return slopes.square().sum()

    penalty(pictures).backward()
    assert all(weight.grad is not None for weight in discriminator.blocks.parameters() if weight.dim() > 1)
    maps = torch.randn(2, 4, 14, 14)
    torch.testing.assert_close(torch.compile(layer, backend="aot_eager", fullgraph=True)(maps), layer(maps))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"width": 0}, "width of the largest maps, got 0; allowed 1 or more"),
        ({"attention": 4}, r"attention \(side of the maps it works on\), got 4; allowed here: 8, 16"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    for make in (lambda: Generator(5, CIFAR, **settings), lambda: Discriminator(CIFAR, **settings)):
        with pytest.raises(ValueError, match=message):
            make()


def test_other_shapes_are_refused() -> None:
    for make in (lambda shape: Generator(5, shape), Discriminator):
        with pytest.raises(UsageError, match="arch=resnet makes pictures of 28, 32, 48, 64 or 128 pixels; got 20x20"):
            make((1, 20, 20))
        with pytest.raises(UsageError, match="got 2-D points; use arch=mlp"):
            make((2,))
