import math
from itertools import permutations, product

import numpy as np
import pytest
import torch
from scipy.special import expit

from gan_runner.losses.nonsaturating import NonSaturating
from gan_runner.losses.relativistic import Relativistic

PAIRS = {
    "fooled": ([-3.0, -0.4, -7.5], [2.5, 0.6, 11.0]),
    "winning": ([3.0, 0.4, 25.0, 1.2], [-2.5, -0.6, -31.0, -0.2]),
    "mixed": ([-0.9, 1.3, 0.2, 4.0, -12.0], [0.8, -1.4, 6.0, 0.5, 1.0]),
}
COST = {  # of a lead, with its slope
    "logistic": (lambda t: np.logaddexp(0.0, -t), lambda t: -expit(-t)),
    "least_squares": (lambda t: (t - 1) ** 2, lambda t: 2 * (t - 1)),
    "hinge": (lambda t: np.maximum(0.0, 1 - t), lambda t: np.where(t < 1, -1.0, 0.0)),
}
EVERY = [*product(["paired", "average"], COST)]


@pytest.fixture(params=PAIRS.values(), ids=PAIRS.keys())
def pair(request):
    return tuple(np.array(side) for side in request.param)


def both(loss, real, fake, differentiate):
    """The discriminator's value and its slopes by real and by fake scores."""
    value, by_real = differentiate(lambda f: loss.discriminator(f, torch.from_numpy(fake)), real)
    same, by_fake = differentiate(lambda f: loss.discriminator(torch.from_numpy(real), f), fake)
    assert value == same
    return value, by_real, by_fake


@pytest.mark.parametrize("base", COST)
def test_paired_values_and_slopes(base, pair, differentiate):
    real, fake = pair
    cost, slope = COST[base]
    value, by_real, by_fake = both(Relativistic("paired", base), real, fake, differentiate)
    np.testing.assert_allclose(value, cost(real - fake).mean(), rtol=1e-7)
    np.testing.assert_allclose(by_real, slope(real - fake) / len(real), rtol=1e-7)
    np.testing.assert_allclose(by_fake, -slope(real - fake) / len(real), rtol=1e-7)


@pytest.mark.parametrize("base", COST)
def test_average_values_and_slopes(base, pair, differentiate):
    real, fake = pair
    cost, slope = COST[base]
    up, down = real - fake.mean(), real.mean() - fake
    value, by_real, by_fake = both(Relativistic("average", base), real, fake, differentiate)
    np.testing.assert_allclose(value, (cost(up).mean() + cost(down).mean()) / 2, rtol=1e-7)
    count = len(real)
    np.testing.assert_allclose(by_real, (slope(up) + slope(down).mean()) / (2 * count), rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(by_fake, -(slope(up).mean() + slope(down)) / (2 * count), rtol=1e-6, atol=1e-12)


def test_average_formulas_as_the_paper_writes_them_for_each_network():
    real, fake = torch.tensor([0.5, 2.0, -1.0]), torch.tensor([0.25, -0.5, 1.0])
    to_real, to_fake = real - fake.mean(), fake - real.mean()
    logistic, squares, hinge = (Relativistic("average", base) for base in COST)
    probability, other = torch.sigmoid(to_real), torch.sigmoid(to_fake)
    wanted = -(probability.log().mean() + (1 - other).log().mean()) / 2
    torch.testing.assert_close(logistic.discriminator(real, fake), wanted)
    wanted = -(other.log().mean() + (1 - probability).log().mean()) / 2
    torch.testing.assert_close(logistic.generator(real, fake), wanted)
    wanted = ((to_real + 1).square().mean() + (to_fake - 1).square().mean()) / 2
    torch.testing.assert_close(squares.generator(real, fake), wanted)
    wanted = ((1 + to_real).clamp(min=0).mean() + (1 - to_fake).clamp(min=0).mean()) / 2
    torch.testing.assert_close(hinge.generator(real, fake), wanted)


@pytest.mark.parametrize(("form", "base"), EVERY)
def test_generator_plays_the_discriminators_game_with_the_sides_exchanged(form, base):
    loss, (real, fake) = Relativistic(form, base), torch.randn(2, 16, generator=torch.Generator().manual_seed(0))
    assert torch.equal(loss.generator(real, fake), loss.discriminator(fake, real))
    assert loss.uses_real_scores


@pytest.mark.parametrize(("form", "base"), EVERY)
def test_a_common_shift_of_all_scores_changes_nothing(form, base):
    loss, real, fake = Relativistic(form, base), torch.tensor([1.0, 3.0, 0.5]), torch.tensor([-2.0, 0.25, 1.5])
    shifted = loss.discriminator(real + 4.0, fake + 4.0)
    torch.testing.assert_close(shifted, loss.discriminator(real, fake))
    assert loss.discriminator(real + 4.0, fake) != shifted


@pytest.mark.parametrize(("form", "base"), EVERY)
def test_real_scores_rise_fakes_fall_and_the_generator_lifts_its_fakes(form, base):
    real, fake = (torch.tensor(side, requires_grad=True) for side in ([0.1, 0.4, 0.2], [0.3, 0.0, 0.1]))
    loss = Relativistic(form, base)
    by_real, by_fake = torch.autograd.grad(loss.discriminator(real, fake), (real, fake))
    assert (by_real < 0).all()
    assert (by_fake > 0).all()
    (by_fake,) = torch.autograd.grad(loss.generator(real.detach(), fake), fake)
    assert (by_fake < 0).all()


@pytest.mark.parametrize("form", ["paired", "average"])
@pytest.mark.parametrize(("base", "cost"), [("logistic", math.log(2)), ("least_squares", 1.0), ("hinge", 1.0)])
def test_equal_scores_cost_what_no_lead_costs(form, base, cost):
    same = torch.full((5,), 7.0)
    assert Relativistic(form, base).discriminator(same, same).item() == pytest.approx(cost)


def test_pairing_matters_to_the_paired_form_only():
    real, fake = torch.tensor([0.0, 4.0, 9.0]), torch.tensor([1.0, -3.0, 0.5])
    costs = {form: [] for form in ("paired", "average")}
    for form, order in product(costs, permutations(range(3))):
        costs[form].append(Relativistic(form).discriminator(real[list(order)], fake).item())
    assert len({round(cost, 6) for cost in costs["paired"]}) == 6
    assert costs["average"] == pytest.approx([costs["average"][0]] * 6)


def test_generator_still_learns_from_fakes_that_the_nonsaturating_one_thinks_good():
    """Scores far up but below those of real samples: a fixed label is reached, the real samples are not."""
    real, fake = torch.full((4,), 60.0), torch.full((4,), 50.0, requires_grad=True)
    NonSaturating().generator(None, fake).backward()
    assert fake.grad.abs().max() < 1e-20
    (slopes,) = torch.autograd.grad(Relativistic("paired").generator(real, fake), fake)
    torch.testing.assert_close(slopes, torch.full((4,), -0.25), rtol=1e-4, atol=0)


@pytest.mark.parametrize(("form", "base"), EVERY)
def test_far_scores_stay_finite(form, base):
    for real, fake in product([-1e4, 1e4], repeat=2):
        scores = [torch.full((3,), score, requires_grad=True) for score in (real, fake)]
        value = Relativistic(form, base).discriminator(*scores)
        assert value.isfinite()
        assert all(slope.isfinite().all() for slope in torch.autograd.grad(value, scores))


def test_generator_meets_new_real_samples(compose_config):
    config = compose_config("loss=relativistic")
    assert config["trainer"]["latents"] == "fresh"
    plain = compose_config("loss=lsgan", "optim=adam", "trainer.latents=fresh")
    assert config | {"loss": None} == plain | {"loss": None}
