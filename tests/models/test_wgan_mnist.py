from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.wgan_mnist import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]
MNIST = (1, 28, 28)


def test_weights_add_up(weight_count: WeightCount) -> None:
    fully_connected = 100 * 1024 + 1024 + 1024 * 6272 + 6272 + 2 * 6272
    assert weight_count(Generator(100, MNIST)) == fully_connected + 128 * 64 * 25 + 64 + 64 * 25 + 1 == 6_751_233
    convolutions = 32 * 9 + 32 * 64 * 9 + 64 * 128 * 9
    assert weight_count(Discriminator(MNIST)) == convolutions + 2 * (32 + 64 + 128) + 128 + 1 == 93_025


def test_layers_have_the_posts_shapes(layer_shapes: LayerShapes) -> None:
    assert layer_shapes(Generator(100, MNIST), torch.randn(2, 100)) == [(1024,), (6272,), (64, 14, 14), MNIST]
    shapes = layer_shapes(Discriminator(MNIST), torch.randn(2, *MNIST))
    assert shapes == [(32, 26, 26), (64, 11, 11), (128, 3, 3), (1,)]


def test_doubling_is_linear_between_the_kept_corners() -> None:
    (double, _) = (module for module in Generator(8, MNIST).modules() if isinstance(module, nn.Upsample))
    row = np.random.default_rng(0).normal(size=7).astype(np.float32)
    got = double(torch.from_numpy(np.tile(row, (7, 1)))[None, None])[0, 0]
    expected = np.interp(np.linspace(0, 6, 14), np.arange(7), row)
    np.testing.assert_allclose(got[3].numpy(), expected, rtol=1e-5, atol=1e-6)


def test_no_convolution_of_the_discriminator_has_a_bias() -> None:
    for norm in ("batch", "layer", "instance", "none"):
        discriminator = Discriminator(MNIST, norm)
        assert [module.bias for module in discriminator.modules() if isinstance(module, nn.Conv2d)] == [None] * 3


def test_other_shapes_are_refused_by_both_players() -> None:
    for make in (lambda shape: Generator(8, shape), Discriminator):
        with pytest.raises(UsageError, match="arch=wgan_mnist makes pictures of 28 pixels; got 64x64; set"):
            make((3, 64, 64))
        with pytest.raises(UsageError, match="got 2-D points; use arch=mlp"):
            make((2,))
