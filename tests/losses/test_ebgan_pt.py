import math

import numpy as np
import pytest
import torch

from gan_runner.losses.ebgan import EnergyMargin
from gan_runner.losses.ebgan_pt import PullAway, pull_away
from gan_runner.types import Features, Turn


def turn_of(codes):
    return Turn(torch.zeros(4, 1), torch.zeros(4, 1), torch.zeros(4, 1), features=Features(None, codes))


def by_hand(codes, power=2):
    count = len(codes)
    cosines = [
        codes[i] @ codes[j] / math.sqrt((codes[i] @ codes[i]) * (codes[j] @ codes[j]))
        for i in range(count)
        for j in range(count)
        if i != j
    ]
    return sum(cosine**power for cosine in cosines) / (count * (count - 1))


@pytest.fixture
def codes():
    return np.random.default_rng(4).normal(size=(4, 3))


def test_value_is_the_mean_squared_cosine_of_different_samples(codes):
    assert pull_away(torch.from_numpy(codes)).item() == pytest.approx(by_hand(codes), rel=1e-12)
    assert by_hand(codes) != pytest.approx(by_hand(codes, power=1), rel=1e-2)


def test_slopes_are_those_of_the_formula(codes):
    tensor = torch.from_numpy(codes).requires_grad_()
    (slopes,) = torch.autograd.grad(pull_away(tensor), tensor)
    for place in ((0, 0), (3, 2)):
        ends = []
        for step in (1e-6, -1e-6):
            moved = codes.copy()
            moved[place] += step
            ends.append(by_hand(moved))
        assert slopes[place].item() == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5)


def test_opposite_codes_are_as_bad_as_equal_ones_and_right_angles_are_best():
    one, other = torch.tensor([1.0, 2.0]), torch.tensor([-4.0, 2.0])
    assert pull_away(torch.stack([one, 3 * one])).item() == pytest.approx(1.0)
    assert pull_away(torch.stack([one, -one])).item() == pytest.approx(1.0)
    assert pull_away(torch.stack([one, other])).item() == pytest.approx(0.0)


@pytest.mark.parametrize("codes", [torch.zeros(3, 2), torch.ones(1, 2), torch.full((3, 2), 1e4)])
def test_codes_of_no_direction_a_single_code_and_large_ones_are_finite(codes):
    codes = codes.clone().requires_grad_()
    value = pull_away(codes)
    assert value.isfinite()
    assert torch.autograd.grad(value, codes)[0].isfinite().all()


def test_generator_pays_energy_and_alignment_and_the_discriminator_energy_alone(scores, codes):
    real, fake = (torch.from_numpy(side) for side in scores)
    loss, turn = PullAway(margin=2.0, weight=0.3), turn_of(torch.from_numpy(codes))
    wanted = -scores[1].mean() + 0.3 * by_hand(codes)
    assert loss.generator(None, fake, turn=turn).item() == pytest.approx(wanted, rel=1e-12)
    assert torch.equal(loss.discriminator(real, fake, turn=turn), EnergyMargin(2.0).discriminator(real, fake))


@pytest.mark.parametrize("weight", [-0.1, float("inf"), float("nan")])
def test_weight_must_not_be_negative(weight):
    with pytest.raises(ValueError, match=r"weight .* must be a number from 0 up, got"):
        PullAway(weight=weight)


def test_margin_must_be_positive_as_in_ebgan():
    with pytest.raises(ValueError, match=r"margin .* must be a positive number, got 0"):
        PullAway(margin=0.0)
