import numpy as np
import pytest
import torch
from torch import nn

from gan_runner.build import build
from gan_runner.errors import UsageError
from gan_runner.regularizers.weight_decay import WeightDecay

TINY = ("data=fake", "trainer=smoke", "arch.generator.width=4", "arch.discriminator.width=4", "reg=weight_decay")


@pytest.fixture
def network():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2))


def test_value_and_gradient(network):
    penalty = WeightDecay(0.3).weight_term(network)
    penalty.backward()
    squares = sum((network[at].weight.detach().numpy() ** 2).sum() for at in (0, 3))
    assert penalty.item() == pytest.approx(0.3 / 2 * squares, rel=1e-6)
    for at in (0, 3):
        weight = network[at].weight
        np.testing.assert_allclose(weight.grad.numpy(), 0.3 * weight.detach().numpy(), rtol=1e-6)


def test_biases_and_gains_go_free(network):
    WeightDecay().weight_term(network).backward()
    free = [network[0].bias, network[1].weight, network[1].bias, network[3].bias]
    assert all(parameter.grad is None for parameter in free)


def test_looks_at_no_sample():
    assert WeightDecay().forward(critic=None, turn=None) is None


@pytest.mark.parametrize("sides", [["generator"], ["discriminator"], ["discriminator", "generator"]])
def test_the_named_players_pay_for_their_own_weights(compose_config, sides):
    parts = build(compose_config(*TINY, f"reg.weight_decay.sides=[{','.join(sides)}]", "reg.weight_decay.weight=2"))
    draw = parts.game.draw(parts.stream.next())
    for side in ("discriminator", "generator"):
        terms = parts.game.play(side, draw).terms
        assert ("weight_decay" in terms) == (side in sides)
        if side in sides:
            tensors = [weight for weight in parts.game.networks[side].parameters() if weight.dim() > 1]
            expected = sum((weight.detach().numpy() ** 2).sum() for weight in tensors)
            assert terms["weight_decay"].item() == pytest.approx(expected, rel=1e-5)


def test_separate_updates_pay_once(compose_config):
    parts = build(compose_config(*TINY, "trainer.d_update=separate"))
    draw = parts.game.draw(parts.stream.next())
    assert "weight_decay" not in parts.game.play("discriminator_fake", draw).terms
    assert "weight_decay" in parts.game.play("discriminator_real", draw).terms


def test_an_unknown_player_is_one_sentence(compose_config):
    with pytest.raises(UsageError, match=r"reg\.weight_decay\.sides.*one of discriminator, generator"):
        build(compose_config(*TINY, "reg.weight_decay.sides=[critic]"))


def test_somebody_must_pay():
    with pytest.raises(ValueError, match="sides must name who pays, got none"):
        WeightDecay(sides=())


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_weight_must_be_finite_and_not_negative(weight):
    with pytest.raises(ValueError, match="weight must be a number from 0 up, got"):
        WeightDecay(weight)


def test_sums_are_float32_under_autocast(network):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = WeightDecay().weight_term(network)
    assert torch.equal(mixed, WeightDecay().weight_term(network))
