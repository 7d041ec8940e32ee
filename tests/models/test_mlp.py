import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from gan_runner.models.mlp import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]


def linears(network: nn.Module) -> list[nn.Linear]:
    return [module for module in network.modules() if isinstance(module, nn.Linear)]


def test_weights_add_up(weight_count: WeightCount) -> None:
    assert weight_count(Generator(64, (2,), [256, 256])) == 64 * 256 + 256 + 256 * 256 + 256 + 256 * 2 + 2
    assert weight_count(Discriminator((1, 28, 28), [30, 20])) == 784 * 30 + 30 + 30 * 20 + 20 + 20 + 1
    assert weight_count(Discriminator((2,), [30, 20], norm="layer")) == 2 * 30 + 30 + 60 + 30 * 20 + 20 + 40 + 20 + 1


def test_without_hidden_layers_both_players_are_linear(weight_count: WeightCount) -> None:
    assert weight_count(Generator(3, (2,), [])) == 3 * 2 + 2
    critic = Discriminator((2,), [])
    points = torch.randn(5, 2)
    torch.testing.assert_close(critic(points), points @ critic.head.weight[0] + critic.head.bias)


def test_points_are_not_bounded_and_pictures_are() -> None:
    for shape, bounded in (((2,), False), ((3, 8, 6), True)):
        generator = Generator(4, shape)
        with torch.no_grad():
            generator.head.weight.mul_(1e3)
        samples = generator(torch.randn(16, 4))
        assert samples.shape == (16, *shape)
        assert (samples.abs().max().item() <= 1) is bounded


@pytest.mark.parametrize(
    ("activation", "negative", "positive"),
    [
        ("relu", 0.0, 2.0),
        ("leaky_relu", -0.4, 2.0),
        ("tanh", math.tanh(-2), math.tanh(2)),
        ("elu", math.expm1(-2), 2.0),
    ],
)
def test_activations_are_what_they_are_called(activation: Any, negative: float, positive: float) -> None:
    critic = Discriminator((1,), [2], activation)
    with torch.no_grad():
        linears(critic)[0].weight.copy_(torch.tensor([[-1.0], [1.0]]))
        linears(critic)[0].bias.zero_()
    assert critic.features(torch.tensor([[2.0]]))[0].tolist() == pytest.approx([negative, positive], abs=1e-6)


def test_orthogonal_layers_scale_every_vector_by_the_gain() -> None:
    for layer in linears(Generator(128, (2,), [128, 128], "tanh", init="orthogonal", gain=1.4)):
        product = layer.weight @ layer.weight.T
        torch.testing.assert_close(product, 1.4**2 * torch.eye(len(product)), rtol=0, atol=1e-4)
        assert not layer.bias.any()


def test_he_layers_end_in_a_glorot_layer() -> None:
    torch.manual_seed(0)
    first, second, last = linears(Generator(200, (1, 10, 10), [300, 400], init="he"))
    for layer, bound in ((first, (6 / 200) ** 0.5), (second, (6 / 300) ** 0.5), (last, (6 / (400 + 100)) ** 0.5)):
        assert 0.99 * bound < layer.weight.abs().max().item() <= bound
        assert not layer.bias.any()


def test_normal_layers_have_sd_0_02() -> None:
    torch.manual_seed(0)
    for layer in linears(Generator(200, (1, 10, 10), [300, 400], init="normal")):
        assert layer.weight.std().item() == pytest.approx(0.02, rel=0.03)
        assert not layer.bias.any()


def test_default_layers_are_pytorchs() -> None:
    torch.manual_seed(0)
    expected = nn.Linear(64, 256).weight
    torch.manual_seed(0)
    assert torch.equal(linears(Generator(64, (2,)))[0].weight, expected)


@pytest.mark.parametrize(("init", "gain"), [("default", 1.4), ("he", 2.0), ("orthogonal", 0.0), ("orthogonal", -1.0)])
def test_a_gain_that_would_do_nothing_is_refused(init: Any, gain: float) -> None:
    with pytest.raises(ValueError, match=f"gain with init={init}, got {gain}; allowed above 0 with init=orthogonal"):
        Discriminator((2,), init=init, gain=gain)


def test_an_empty_layer_is_refused() -> None:
    with pytest.raises(ValueError, match=r"widths of the hidden layers, got \[8, 0\]; allowed 1 or more"):
        Generator(2, (2,), [8, 0])


def test_instance_norm_is_refused() -> None:
    with pytest.raises(ValueError, match="set norm=layer"):
        Generator(2, (2,), norm="instance")
