from collections.abc import Callable

import pytest
import torch
from torch import nn

from gan_runner.errors import UsageError
from gan_runner.models.gan_mnist import Discriminator, Generator

MNIST = (1, 28, 28)


def test_weights_add_up(weight_count: Callable[[nn.Module], int]) -> None:
    layers = 100 * 1200 + 1200 + 1200 * 1200 + 1200 + 1200 * 784 + 784
    assert weight_count(Generator(100, MNIST)) == layers == 2_503_984
    layers = (784 + 1) * 240 * 5 + (240 + 1) * 240 * 5 + 240 + 1
    assert weight_count(Discriminator(MNIST)) == layers == 1_231_441


@pytest.mark.parametrize(("network", "bound"), [(Generator(100, MNIST), 0.05), (Discriminator(MNIST), 0.005)])
def test_weights_start_uniform_and_biases_at_0(network: nn.Module, bound: float) -> None:
    layers = [module for module in network.modules() if isinstance(module, nn.Linear)]
    assert len(layers) == 3
    for layer in layers:
        assert 0.95 * bound < layer.weight.abs().max().item() <= torch.tensor(bound).item()  # the bound as a float32
        assert not layer.bias.any()


def test_the_discriminator_sees_0_to_1_and_dropout_paints_black() -> None:
    torch.manual_seed(0)
    critic = Discriminator(MNIST)
    seen: list[torch.Tensor] = []
    critic.body[2].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    critic(torch.full((100, *MNIST), 0.6))
    assert seen[0].unique().tolist() == pytest.approx([0.0, 0.8 * 1.25])
    assert (seen[0] == 0).float().mean().item() == pytest.approx(0.2, abs=0.01)
    features = critic.features(torch.zeros(100, *MNIST))
    assert (features == 0).float().mean().item() == pytest.approx(0.5, abs=0.02)


def test_points_are_refused() -> None:
    for make in (lambda shape: Generator(5, shape), Discriminator):
        with pytest.raises(UsageError, match="arch=gan_mnist makes pictures; got 2-D points; use arch=mlp"):
            make((2,))
    with pytest.raises(ValueError, match="width, got 0; allowed 1 or more"):
        Generator(5, MNIST, 0)
