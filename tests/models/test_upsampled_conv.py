"""It is the convolution of doubled maps: the same numbers, gradients and second gradients from the same weights."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from gan_runner.models.upsampled_conv import UpsampledConv2d, doubled
from gan_runner.regularizers.spectral import Spectral

SIDES = [(5, 6), (7, 7), (1, 20), (4, 4)]
"""The last is too small for summed weights to pay."""


def pair(kernel: int, dtype: torch.dtype = torch.float64) -> tuple[UpsampledConv2d, nn.Sequential]:
    """The layer, and the two that it stands for with the same weights."""
    ours = UpsampledConv2d(3, 5, kernel).to(dtype)
    theirs = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(3, 5, kernel, padding=kernel // 2).to(dtype))
    theirs[1].load_state_dict(ours.state_dict())
    return ours, theirs


def gradients(layer: nn.Module, maps: Tensor, weight: Tensor, bias: Tensor, twice: bool) -> list[Tensor]:
    """Of a curved function of the output or, ``twice``, of the square of its gradient with respect to the maps."""
    maps = maps.clone().requires_grad_()
    value = layer(maps).tanh().sum()
    if twice:
        (slope,) = torch.autograd.grad(value, maps, create_graph=True)
        value = slope.square().sum()
    return list(torch.autograd.grad(value, (maps, weight, bias)))


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
@pytest.mark.parametrize(("dtype", "error"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_values_and_gradients_are_those_of_upsampling_and_convolving(
    kernel: int, sides: tuple[int, int], dtype: torch.dtype, error: float
) -> None:
    ours, theirs = pair(kernel, dtype)
    maps = torch.randn(2, 3, *sides, dtype=dtype)
    for made, expected in [
        (ours(maps), theirs(maps)),
        (ours.to(memory_format=torch.channels_last)(maps.to(memory_format=torch.channels_last)), theirs(maps)),
        *(
            both
            for twice in (False, True)
            for both in zip(
                gradients(ours, maps, ours.weight, ours.bias, twice),
                gradients(theirs, maps, theirs[1].weight, theirs[1].bias, twice),
                strict=True,
            )
        ),
    ]:
        assert made.shape == expected.shape
        assert (made - expected).norm() <= error * expected.norm()


def test_it_computes_a_pixel_by_hand() -> None:
    layer = UpsampledConv2d(1, 1, 3)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[0.0, 0, 0], [1, 2, 4], [0, 0, 0]]))
        layer.bias.fill_(100.0)
    maps = torch.zeros(1, 1, 5, 5)
    maps[..., 2, 2] = 1.0  # a row of the doubled maps: 0 0 0 0 1 1 0 0 0 0
    row = layer(maps)[0, 0, 4] - 100
    assert row.tolist() == [0, 0, 0, 4, 6, 3, 1, 0, 0, 0]
    assert doubled(maps)[0, 0, 4].tolist() == [0, 0, 0, 0, 1, 1, 0, 0, 0, 0]


@pytest.mark.parametrize(("kernel", "ratio"), [(3, 36 / 16), (5, 100 / 36)])
def test_it_takes_fewer_operations(kernel: int, ratio: float) -> None:
    maps, counts = torch.randn(64, 3, 16, 16), []
    for layer in pair(kernel, torch.float32):
        with FlopCounterMode(display=False) as counter:
            layer(maps)
        counts.append(counter.get_total_flops())
    assert counts[1] / counts[0] == pytest.approx(ratio, rel=0.02)


def test_under_autocast_it_rounds_no_worse_than_the_two_layers() -> None:
    ours, theirs = pair(3, torch.float32)
    maps = torch.randn(4, 3, 8, 8)
    exact = theirs(maps)
    with torch.autocast("cpu", torch.bfloat16):
        errors = [(layer(maps).float() - exact).norm() / exact.norm() for layer in (ours, theirs)]
        assert ours(maps).dtype == torch.bfloat16
    assert errors[0] < 2 * errors[1] < 0.02


def test_spectral_normalisation_divides_its_weight() -> None:
    layer = UpsampledConv2d(3, 5, 3)
    weight = layer.weight.detach().clone()
    Spectral().prepare(layer)
    largest = torch.linalg.matrix_norm(weight.flatten(1), 2)
    maps = torch.randn(2, 3, 6, 6)
    expected = F.conv2d(doubled(maps), weight / largest, layer.bias, padding=1)
    torch.testing.assert_close(layer(maps), expected, rtol=0.05, atol=0.01)


def test_names_and_starting_weights_are_a_convolutions() -> None:
    torch.manual_seed(1)
    theirs = nn.Conv2d(3, 5, 3, padding=1)
    torch.manual_seed(1)
    ours = UpsampledConv2d(3, 5, 3)
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    assert all(torch.equal(*both) for both in zip(ours.parameters(), theirs.parameters(), strict=True))


@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning", "ignore:.*torch.jit.trace.*:FutureWarning")
def test_it_can_be_traced_exported_and_outlined() -> None:
    layer, maps = UpsampledConv2d(3, 5, 3), torch.randn(2, 3, 6, 6)
    traced = torch.jit.trace(layer, maps)
    batch = torch.export.Dim("batch")
    exported = torch.export.export(layer, (maps,), dynamic_shapes=({0: batch},)).module()
    more = torch.randn(5, 3, 6, 6)
    for again in (traced, exported):
        torch.testing.assert_close(again(more), layer(more))
    assert UpsampledConv2d(3, 5, 3).to("meta")(maps.to("meta")).shape == (2, 5, 12, 12)


def test_an_even_kernel_is_refused() -> None:
    with pytest.raises(ValueError, match="keeps the side, got 4; allowed: odd numbers"):
        UpsampledConv2d(3, 5, 4)


def test_maps_leave_in_the_layout_of_the_weights() -> None:
    layer = UpsampledConv2d(3, 5, 3).to(memory_format=torch.channels_last)
    made = layer(torch.randn(2, 3, 6, 7))
    assert made.is_contiguous(memory_format=torch.channels_last)
    assert not made.is_contiguous()
