import copy
import io

import numpy as np
import pytest
import torch
from torch import nn

from gan_runner.build import build
from gan_runner.models.projection import Projection
from gan_runner.networks import resolve_norms
from gan_runner.regularizers.gp import GradientPenalty
from gan_runner.regularizers.spectral import Spectral
from gan_runner.regularizers.weights import as_matrix, weights
from gan_runner.regularizers.zero_centered import ZeroCentered
from gan_runner.types import Critic

TINY = ("data=fake", "trainer=smoke", "arch.generator.width=4", "arch.discriminator.width=4", "loss=hinge")
LAYERS = {
    "linear": lambda: nn.Linear(9, 5),
    "wide": lambda: nn.Linear(3, 40),
    "one output": lambda: nn.Linear(50, 1),
    "convolution": lambda: nn.Conv2d(3, 6, 4),
    "grouped": lambda: nn.Conv2d(4, 6, 3, groups=2),
    "transposed": lambda: nn.ConvTranspose2d(6, 3, 4),
    "projection": lambda: Projection(4, 10),
}


def largest_singular_value(layer):
    axis = 1 if isinstance(layer, nn.ConvTranspose2d) else 0
    return np.linalg.svd(as_matrix(layer.weight.detach(), axis).numpy(), compute_uv=False)[0]


def settle(network, iterations=300):
    for _ in range(iterations):
        Spectral().constrain(network)


@pytest.fixture
def normed(tanh_network):
    Spectral().prepare(tanh_network)
    settle(tanh_network)
    return tanh_network


@pytest.mark.parametrize("kind", LAYERS)
def test_the_largest_singular_value_becomes_one_and_follows_the_weights(kind):
    layer = LAYERS[kind]()
    direction = layer.weight.detach() / 3.7
    Spectral().prepare(layer)
    assert largest_singular_value(layer) == pytest.approx(1.0, abs=0.2)
    settle(layer)
    assert largest_singular_value(layer) == pytest.approx(1.0, rel=1e-4)
    original = layer.parametrizations.weight.original
    with torch.no_grad():
        original.copy_(direction + 0.5 * torch.randn_like(direction))
    assert largest_singular_value(layer) != pytest.approx(1.0, rel=1e-2)
    settle(layer)
    assert largest_singular_value(layer) == pytest.approx(1.0, rel=1e-4)
    torch.testing.assert_close(layer.weight / layer.weight.norm(), original / original.norm())


def test_one_update_is_one_iteration_of_the_power_method():
    layer = nn.Linear(6, 4)
    Spectral().prepare(layer)
    (parametrization,) = layer.parametrizations.weight
    w, u = torch.randn(4, 6), parametrization.u.numpy().copy()
    with torch.no_grad():
        layer.parametrizations.weight.original.copy_(w)
    Spectral().constrain(layer)
    v = w.numpy().T @ u
    v /= np.linalg.norm(v)
    u = w.numpy() @ v
    sigma = np.linalg.norm(u)
    np.testing.assert_allclose(parametrization.v.numpy(), v, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(parametrization.u.numpy(), u / sigma, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(layer.weight.detach().numpy(), w.numpy() / sigma, rtol=1e-5)


def test_gradient_is_that_of_the_papers_equation_12():
    layer = nn.Linear(5, 3, bias=False)
    Spectral().prepare(layer)
    (parametrization,) = layer.parametrizations.weight
    target = torch.randn(3, 5)
    (layer.weight * target).sum().backward()
    u, v, g = parametrization.u.numpy(), parametrization.v.numpy(), target.numpy()
    w = layer.parametrizations.weight.original.detach().numpy()
    sigma = u @ w @ v
    expected = (g - (g * w / sigma).sum() * np.outer(u, v)) / sigma
    np.testing.assert_allclose(layer.parametrizations.weight.original.grad.numpy(), expected, rtol=1e-4, atol=1e-6)


def test_biases_and_gains_stay_as_they_are():
    network = nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.Linear(6, 2, bias=False))
    before = [network[0].bias, network[1].weight, network[1].bias]
    Spectral().prepare(network)
    assert network[0].bias is before[0]
    assert network[1].weight is before[1]
    assert not hasattr(network[1], "parametrizations")


def test_a_deep_critic_stretches_no_distance():
    network = nn.Sequential(*(layer for _ in range(4) for layer in (nn.Linear(8, 8), nn.ReLU())), nn.Linear(8, 1))
    Spectral().prepare(network)
    settle(network)
    x, y = 10 * torch.randn(500, 8), 10 * torch.randn(500, 8)
    assert ((network(x) - network(y)).norm(dim=1) <= 1.0001 * (x - y).norm(dim=1)).all()
    assert network(x).std() > 0


@pytest.mark.parametrize("reg", ["spectral", "[spectral,gp]"])
def test_only_the_discriminators_update_moves_the_vectors(compose_config, reg):
    parts = build(compose_config(*TINY, f"reg={reg}"))
    buffers = dict(parts.game.networks.discriminator.named_buffers())
    assert len(buffers) == 2 * 4
    before = {name: buffer.clone() for name, buffer in buffers.items()}
    draw = parts.game.draw(parts.stream.next())
    parts.engine._differentiate("discriminator", draw)
    _, total = parts.engine._differentiate("generator", draw)
    parts.engine._move("generator", total)
    assert all(torch.equal(buffers[name], before[name]) for name in before)
    _, total = parts.engine._differentiate("discriminator", draw)
    parts.engine._move("discriminator", total)
    assert sum(not torch.equal(buffers[name], before[name]) for name in before) >= 7  # the head's one output: u = 1


def test_training_keeps_up_with_the_weights(compose_config):
    parts = build(compose_config(*TINY, "reg=spectral", "optim.lr=1e-3"))
    discriminator = parts.game.networks.discriminator
    before = [weight.tensor.detach().clone() for weight in weights(discriminator)]
    for _ in range(60):
        parts.engine.step(parts.stream)
    for old, weight in zip(before, weights(discriminator), strict=True):
        assert (old - weight.tensor).norm() > 0.1 * old.norm()
        assert largest_singular_value(weight.layer) == pytest.approx(1.0, abs=0.05)


def test_trains_as_many_weights_as_without_and_leaves_the_generator_alone(compose_config):
    plain = build(compose_config(*TINY, "arch.discriminator.norm=none"))
    normed = build(compose_config(*TINY, "reg=spectral"))
    one, other = (
        sorted(tuple(weight.shape) for weight in parts.game.networks.discriminator.parameters())
        for parts in (plain, normed)
    )
    assert one == other
    one, other = (parts.game.networks.generator.state_dict() for parts in (plain, normed))
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())
    assert one.keys() == other.keys() == normed.engine.average.networks.generator.state_dict().keys()


def test_the_critic_has_no_other_normalisation_unless_told(compose_config):
    arch = compose_config()["arch"]
    for regularizers in ({"spectral": Spectral()}, {"gp": GradientPenalty(), "spectral": Spectral()}):
        resolved = resolve_norms(arch, regularizers)
        assert (resolved["generator"]["norm"], resolved["discriminator"]["norm"]) == ("batch", "none")
    chosen = {**arch, "discriminator": {**arch["discriminator"], "norm": "batch"}}
    assert resolve_norms(chosen, {"spectral": Spectral()})["discriminator"]["norm"] == "batch"


def test_saved_and_loaded_it_gives_the_same_scores(normed):
    file, samples = io.BytesIO(), torch.randn(4, 1, 8, 8)
    torch.save(normed.state_dict(), file)
    expected = normed(samples)
    other = copy.deepcopy(normed)
    assert torch.equal(other(samples), expected)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.normal_()
    settle(other, 1)
    assert not torch.equal(other(samples), expected)
    assert torch.equal(normed(samples), expected)
    other.load_state_dict(torch.load(io.BytesIO(file.getvalue()), weights_only=True))
    assert torch.equal(other(samples), expected)


def test_memory_format_does_not_matter(normed):
    last = copy.deepcopy(normed).to(memory_format=torch.channels_last)
    samples = torch.randn(4, 1, 8, 8)
    torch.testing.assert_close(last(samples), normed(samples))
    settle(last, 1)
    torch.testing.assert_close(last(samples), normed(samples))


def test_is_computed_in_float32_under_autocast(normed):
    layer = normed.network[0]
    expected = layer.weight
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(layer.weight, expected)


@pytest.mark.parametrize("term", [ZeroCentered(3.0), GradientPenalty(3.0)], ids=["r1", "gp"])
def test_penalties_differentiate_through_it_twice(normed, turn_of, double_backward, term):
    real = torch.randn(8, 1, 8, 8)
    parameters = list(normed.parameters())
    penalty = term(Critic(normed), turn_of(real, real))
    got = torch.autograd.grad(penalty, parameters, allow_unused=True)
    slopes = double_backward(normed, real)
    squares = slopes.square().sum(1)
    expected = 1.5 * squares.mean() if isinstance(term, ZeroCentered) else 3.0 * (squares.sqrt() - 1).square().mean()
    assert penalty.item() == pytest.approx(expected.item(), rel=1e-5)
    reference = torch.autograd.grad(expected, parameters, allow_unused=True)
    assert sum(slope is not None for slope in reference) == 3
    for one, other in zip(got, reference, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_a_weight_of_zeros_is_refused_in_a_sentence():
    network = nn.Sequential(nn.Linear(3, 3), nn.Conv2d(1, 2, 3))
    nn.init.zeros_(network[1].weight)
    with pytest.raises(ValueError, match=r"reg=spectral .* got a weight of zeros in Conv2d\.weight; use an arch"):
        Spectral().prepare(network)
