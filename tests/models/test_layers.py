from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from gan_runner.errors import UsageError
from gan_runner.models.layers import init_dcgan, init_fluid, init_glorot, norm_layer, square_picture, wants_bias


@pytest.fixture
def maps() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(3, 4, 5, 6) * 2 + 1


@pytest.mark.parametrize(("norm", "axes"), [("batch", (0, 2, 3)), ("layer", (1, 2, 3)), ("instance", (2, 3))])
def test_norms_of_maps_average_over_the_right_axes(maps: torch.Tensor, norm: Any, axes: tuple[int, ...]) -> None:
    got = norm_layer(norm, 4, spatial=True)(maps).detach().numpy()
    values = maps.numpy()
    expected = (values - values.mean(axes, keepdims=True)) / np.sqrt(values.var(axes, keepdims=True) + 1e-5)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("norm", "axis"), [("batch", 0), ("layer", 1)])
def test_norms_of_vectors_average_over_the_right_axis(norm: Any, axis: int) -> None:
    values = np.random.default_rng(0).normal(3, 2, (6, 8)).astype(np.float32)
    got = norm_layer(norm, 8, spatial=False)(torch.from_numpy(values)).detach().numpy()
    expected = (values - values.mean(axis, keepdims=True)) / np.sqrt(values.var(axis, keepdims=True) + 1e-5)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("norm", ["batch", "layer", "instance"])
def test_norms_of_maps_have_one_gain_and_one_bias_a_channel(norm: Any) -> None:
    assert [tuple(weight.shape) for weight in norm_layer(norm, 4, spatial=True).parameters()] == [(4,), (4,)]


def test_no_norm_changes_nothing(maps: torch.Tensor) -> None:
    assert torch.equal(norm_layer("none", 4, spatial=True)(maps), maps)


def test_instance_norm_of_vectors_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"norm of a fully connected layer, got instance.*set norm=layer"):
        norm_layer("instance", 4, spatial=False)


@pytest.mark.parametrize("norm", ["batch", "instance", "layer"])
def test_a_bias_is_dropped_exactly_where_the_norm_would_cancel_it(maps: torch.Tensor, norm: Any) -> None:
    bias = torch.tensor([1.0, -2.0, 3.0, 0.5]).view(1, 4, 1, 1)
    layer = norm_layer(norm, 4, spatial=True)
    cancels = torch.allclose(layer(maps), layer(maps + bias), atol=1e-4)
    assert wants_bias(norm) is not cancels


def test_a_fitting_picture_gives_channels_and_side() -> None:
    assert square_picture("some", (3, 32, 32), (28, 32)) == (3, 32)


@pytest.mark.parametrize(
    ("shape", "sizes", "message"),
    [
        ((2,), (28, 32, 64), "arch=some makes pictures of 28, 32 or 64 pixels; got 2-D points; use arch=mlp"),
        ((1, 40, 40), (28, 32, 64), "arch=some makes pictures of 28, 32 or 64 pixels; got 40x40; set data.size=32"),
        ((3, 128, 96), (28, 64), "arch=some makes pictures of 28 or 64 pixels; got 128x96; set data.size=64"),
        ((1, 28, 32), (28,), "arch=some makes pictures of 28 pixels; got 28x32; set data.size=28"),
    ],
)
def test_an_unfitting_shape_is_one_line_with_the_way_out(
    shape: tuple[int, ...], sizes: tuple[int, ...], message: str
) -> None:
    with pytest.raises(UsageError) as error:
        square_picture("some", shape, sizes)
    assert str(error.value) == message


def moments(weight: nn.Parameter) -> tuple[float, float]:
    return weight.mean().item(), weight.std().item()


def test_dcgan_weights_have_sd_0_02_and_batch_norm_gains_lie_around_1() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Linear(100, 200), nn.Conv2d(32, 64, 4), nn.ConvTranspose2d(32, 64, 4), nn.BatchNorm2d(20_000)
    )
    init_dcgan(network)
    for layer in network[:3]:
        mean, sd = moments(layer.weight)
        assert mean == pytest.approx(0.0, abs=6e-4)
        assert sd == pytest.approx(0.02, rel=0.03)
        assert not layer.bias.any()
    assert moments(network[3].weight) == (pytest.approx(1.0, abs=1e-3), pytest.approx(0.02, rel=0.03))
    assert not network[3].bias.any()


def test_fluid_weights_are_xavier_uniform_and_he_normal() -> None:
    torch.manual_seed(0)
    linear, conv = nn.Linear(300, 100), nn.Conv2d(32, 64, 5)
    init_fluid(nn.Sequential(linear, conv))
    bound = (6 / (300 + 100)) ** 0.5
    assert 0.98 * bound < linear.weight.abs().max() <= bound
    assert moments(linear.weight)[1] == pytest.approx(bound / 3**0.5, rel=0.03)
    assert moments(conv.weight)[1] == pytest.approx((2 / (5 * 5 * 32)) ** 0.5, rel=0.03)
    assert not linear.bias.any()
    assert not conv.bias.any()


def test_glorot_weights_are_uniform_with_the_variance_of_both_fans() -> None:
    torch.manual_seed(0)
    linear, conv, up = nn.Linear(300, 100), nn.Conv2d(32, 64, 5), nn.ConvTranspose2d(64, 32, 5, bias=False)
    init_glorot(nn.Sequential(linear, conv, up))
    for layer, fans in ((linear, 400), (conv, 25 * 96), (up, 25 * 96)):
        bound = (6 / fans) ** 0.5
        assert 0.98 * bound < layer.weight.abs().max() <= bound
        assert moments(layer.weight)[1] == pytest.approx((2 / fans) ** 0.5, rel=0.03)
    assert not linear.bias.any()
    assert not conv.bias.any()


@pytest.mark.parametrize("init", [init_dcgan, init_fluid, init_glorot])
def test_starting_weights_come_from_the_global_random_state(init: Callable[[nn.Module], None]) -> None:
    layer = nn.Linear(3, 4)
    torch.manual_seed(5)
    init(layer)
    first = layer.weight.clone()
    init(layer)
    assert not torch.equal(first, layer.weight)
    torch.manual_seed(5)
    init(layer)
    assert torch.equal(first, layer.weight)
