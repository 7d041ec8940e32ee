import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.losses.lsgan import LeastSquares
from gan_runner.models.matlab_mlp import Discriminator, Generator, UnscaledDropout

MNIST = (1, 28, 28)


def test_weights_add_up(weight_count: Callable[[nn.Module], int]) -> None:
    assert weight_count(Generator(100, MNIST)) == 100 * 784 + 784
    assert weight_count(Generator(100, MNIST, [30])) == 100 * 30 + 30 + 30 * 784 + 784
    assert weight_count(Discriminator(MNIST)) == 784 * 100 + 100 + 100 + 1


def test_weights_and_biases_start_uniform_within_the_toolboxs_bounds() -> None:
    torch.manual_seed(0)
    layers = [module for net in (Generator(100, MNIST), Discriminator(MNIST)) for module in net.modules()]
    for layer in (layer for layer in layers if isinstance(layer, nn.Linear)):
        bound = 4 * math.sqrt(6 / (layer.in_features + layer.out_features))
        assert 0.9 * bound < layer.weight.abs().max().item() <= bound
        assert layer.weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.2)
        assert 0 < layer.bias.abs().max().item() <= bound


def sigmoid(numbers: Tensor) -> Tensor:
    return 1 / (1 + (-numbers).exp())


def test_both_players_are_the_toolboxs_on_pictures_in_0_to_1() -> None:
    generator, critic = Generator(100, MNIST).eval(), Discriminator(MNIST, dropout=0)
    latent = torch.rand(3, 100)
    pictures = generator(latent)
    inside = sigmoid(latent @ generator.head.weight.T + generator.head.bias)
    torch.testing.assert_close(pictures.reshape(3, -1) / 2 + 0.5, inside)
    first, last = (module for module in critic.modules() if isinstance(module, nn.Linear))
    scores = sigmoid(sigmoid(inside @ first.weight.T + first.bias) @ last.weight.T + last.bias)
    torch.testing.assert_close(critic(pictures), scores.flatten())


def test_lsgan_through_the_sigmoid_has_the_toolboxs_delta() -> None:
    critic = Discriminator(MNIST)
    raw = torch.randn(5, 1, requires_grad=True)
    scores = critic.head[1](raw).squeeze(1)
    LeastSquares(a=0, b=1, c=1).real_term(scores).backward()
    assert raw.grad is not None
    delta = -(1 - scores) * scores * (1 - scores)
    torch.testing.assert_close(raw.grad.flatten(), delta.detach() / 5)


def test_dropout_is_not_made_up_for_in_training_but_in_testing() -> None:
    torch.manual_seed(0)
    layer, ones = UnscaledDropout(0.3), torch.ones(100_000)
    dropped = layer(ones)
    assert set(dropped.unique().tolist()) == {0.0, 1.0}
    assert dropped.mean().item() == pytest.approx(0.7, abs=0.01)
    assert layer.eval()(ones).unique().tolist() == pytest.approx([0.7])
    with pytest.raises(ValueError, match="dropout, got 1; allowed: 0"):
        UnscaledDropout(1)


def test_the_picture_loses_pixels_only_while_the_generator_learns() -> None:
    torch.manual_seed(0)
    generator, latent = Generator(100, MNIST), torch.rand(20, 100)
    learning = generator(latent)
    with torch.no_grad():
        whole = generator(latent)
    black = learning == -1
    assert black.float().mean().item() == pytest.approx(0.5, abs=0.02)
    torch.testing.assert_close(learning[~black], whole[~black])
    assert not (whole == -1).any()
    torch.testing.assert_close(generator.eval()(latent), whole)
    off = Generator(100, MNIST, dropout=0)
    torch.testing.assert_close(off(latent), off.eval()(latent))


def test_compiled_equals_eager() -> None:
    generator, latent = Generator(100, MNIST, [8], dropout=0), torch.rand(3, 100)
    compiled = torch.compile(generator, backend="aot_eager", fullgraph=True)
    torch.testing.assert_close(compiled(latent), generator(latent))


def test_points_and_empty_layers_are_refused() -> None:
    with pytest.raises(UsageError, match="arch=matlab_mlp makes pictures; got 2-D points"):
        Discriminator((2,))
    with pytest.raises(ValueError, match="widths of the hidden layers, got 0; allowed 1 or more"):
        Generator(5, MNIST, [0])
