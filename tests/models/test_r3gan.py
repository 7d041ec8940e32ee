from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.r3gan import Block, Discriminator, Downsample, Generator, Upsample
from gan_runner.regularizers.spectral import Spectral

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def test_the_papers_weights_on_stacked_mnist_add_up(weight_count: WeightCount) -> None:
    # 1x1 to 1536, 3x3 in 96 groups of 16, 1x1 back; the activations' biases
    block = 2 * 768 * 1536 + 1536 * 16 * 9 + 2 * 1536
    assert weight_count(Block(768, 96, 8)) == block
    with torch.device("meta"):
        generator, discriminator = Generator(64, (3, 32, 32)), Discriminator((3, 32, 32))
    # four sides with two blocks each; the basis and its coefficients; to and from colours; 4x4 and the score
    assert weight_count(generator) == 8 * block + 768 * 16 + 64 * 768 + 768 * 3 == 20_732_160
    assert weight_count(discriminator) == 8 * block + 3 * 768 + 768 * 16 + 768 == 20_683_776


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("size", "sides"), [(32, [4, 8, 16, 32]), (64, [4, 8, 16, 32, 64])])
def test_two_blocks_stand_at_every_side(size: int, sides: list[int], channels: int) -> None:
    seen: list[int] = []
    shape = (channels, size, size)
    networks = Generator(5, shape, 4, 2), Discriminator(shape, 4, 2)
    for module in [module for network in networks for module in network.modules() if isinstance(module, Block)]:
        module.register_forward_hook(lambda _module, _inputs, maps: seen.append(maps.shape[2]))
    pictures = networks[0](torch.randn(2, 5))
    assert pictures.shape == (2, *shape)
    assert networks[1](pictures).shape == (2,)
    up = [side for side in sides for _ in range(2)]
    assert seen == up + up[::-1]


def test_nothing_is_normalised() -> None:
    kinds = {
        type(module)
        for network in (Generator(5, (1, 32, 32), 4, 2), Discriminator((1, 32, 32), 4, 2))
        for module in network.modules()
    }
    layers = {nn.Conv2d, nn.Linear, nn.LeakyReLU, nn.Sequential, nn.Flatten}
    assert kinds == {Generator, Discriminator, Block, Upsample, Downsample} | layers


def test_doubling_puts_the_mean_between_neighbours() -> None:
    row = torch.tensor([[[[1.0, 3.0, 9.0]]]])
    doubled = Upsample()(row.expand(1, 1, 3, 3))
    assert doubled[0, 0, 2].tolist() == [1, 2, 3, 6, 9, 4.5]  # beyond the edge lies 0
    assert doubled[0, 0, :, 0].tolist() == [1, 1, 1, 1, 1, 0.5]


def test_halving_smooths_first() -> None:
    row = torch.tensor([[[[4.0, 8.0, 16.0, 32.0]]]]).expand(1, 1, 4, 4)
    halved = Downsample()(row)
    across = [(0 + 2 * 4 + 8) / 4, (8 + 2 * 16 + 32) / 4]
    assert halved[0, 0].tolist() == [[0.75 * value for value in across], across]


def test_doubling_is_four_times_the_transpose_of_halving() -> None:
    small, large = torch.randn(2, 3, 4, 4), torch.randn(2, 3, 8, 8)
    torch.testing.assert_close((Upsample()(small) * large).sum(), 4 * (small * Downsample()(large)).sum())


def test_resampling_compiles() -> None:
    both = nn.Sequential(Upsample(), Downsample())
    maps = torch.randn(2, 3, 4, 4)
    torch.testing.assert_close(torch.compile(both, backend="aot_eager", fullgraph=True)(maps), both(maps))


def test_blocks_start_as_the_identity_with_the_papers_variances() -> None:
    block, maps = Block(64, 8, 8), torch.randn(2, 64, 4, 4)
    assert torch.equal(block(maps), maps)
    gain = (2 / 1.04) ** 0.5 * 8**-0.25
    assert block.body[0].weight.std().item() == pytest.approx(gain / 64**0.5, rel=0.03)
    assert block.body[2].weight.shape == (128, 16, 3, 3)
    assert block.body[2].weight.std().item() == pytest.approx(gain / (16 * 9) ** 0.5, rel=0.03)
    assert not block.body[0].bias.any()
    assert block.body[4].bias is None


def test_the_ends_start_with_variance_one_over_fan_in(layer_shapes: LayerShapes) -> None:
    generator, discriminator = Generator(64, (3, 32, 32), 256, 16), Discriminator((3, 32, 32), 256, 16)
    assert generator.basis.std().item() == pytest.approx(1.0, rel=0.03)
    assert generator.coefficients.weight.std().item() == pytest.approx(64**-0.5, rel=0.03)
    assert discriminator.body[0].weight.std().item() == pytest.approx(3**-0.5, rel=0.1)
    assert discriminator.body[-2].weight.std().item() == pytest.approx(1 / 4, rel=0.05)
    assert layer_shapes(discriminator, torch.randn(1, 3, 32, 32))[-2:] == [(256, 1, 1), (1,)]


def test_spectral_normalisation_of_weights_that_start_at_zero_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"got a weight of zeros in Conv2d\.weight; use an arch that starts from other"
    ):
        Spectral().prepare(Discriminator((1, 32, 32), 4, 2))


def test_other_shapes_and_groups_are_refused() -> None:
    for make in (lambda *settings: Generator(5, *settings), Discriminator):
        with pytest.raises(UsageError, match="arch=r3gan makes pictures of 32, 64 or 128 pixels; got 28x28; set data"):
            make((1, 28, 28))
        with pytest.raises(ValueError, match="width and groups, got 10 and 3; allowed: groups that divide 2 x width"):
            make((1, 32, 32), 10, 3)
