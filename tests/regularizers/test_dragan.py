import numpy as np
import pytest
import torch
from scipy.stats import kstest

from gan_runner.regularizers.dragan import Dragan
from gan_runner.types import Critic


def square(samples):
    """A critic whose slope is the sample itself."""
    return 0.5 * samples.square().sum(1)


@pytest.mark.parametrize("weight", [10.0, 2.34])
@pytest.mark.parametrize("target", [1.0, 0.0, 7.0])
def test_linear_critic_has_one_slope_everywhere(turn_of, weight, target):
    w = torch.tensor([3.0, -4.0, 12.0], requires_grad=True)  # norm 13
    turn = turn_of(torch.randn(6, 3), torch.randn(6, 3))
    penalty = Dragan(weight, target)(lambda samples: samples @ w, turn)
    penalty.backward()
    assert penalty.item() == pytest.approx(weight * (13 - target) ** 2, rel=1e-5)
    slope = 2 * weight * (13 - target) * np.array([3.0, -4.0, 12.0]) / 13
    np.testing.assert_allclose(w.grad.numpy(), slope, rtol=1e-5)


def test_without_spread_it_looks_at_the_real_samples_alone(turn_of):
    points = torch.tensor([[3.0, 4.0], [0.6, 0.8], [0.0, 2.0]])
    turn = turn_of(points, torch.full((3, 2), torch.nan))
    assert Dragan(noise=0.0)(square, turn).item() == pytest.approx(10 * ((5 - 1) ** 2 + 0 + (2 - 1) ** 2) / 3, rel=1e-5)


def test_the_spread_is_that_of_all_numbers_of_the_batch(turn_of):
    real = torch.randn(5, 2, 3, 3) * torch.tensor([1.0, 20.0])[:, None, None]  # the channels differ
    turn = turn_of(real, real)
    torch.manual_seed(3)
    relative = Dragan(noise=0.5)(lambda samples: square(samples.flatten(1)), turn)
    torch.manual_seed(3)
    absolute = Dragan(noise=0.5 * float(np.std(real.numpy())), relative=False)
    assert relative.item() == pytest.approx(absolute(lambda samples: square(samples.flatten(1)), turn).item(), rel=1e-5)


def test_the_neighbourhood_lies_between_the_sample_and_one_noise_above_it(turn_of):
    real = torch.randn(500, 3)

    def outside(samples):
        return (real - samples).relu().square().sum(1) + (samples - real - 30).relu().square().sum(1)

    def near(samples):
        return (real + 1 - samples).relu().square().sum(1) + (samples - real - 29).relu().square().sum(1)

    term = Dragan(target=0.0, noise=30.0, relative=False)
    assert term(outside, turn_of(real, real)).item() < 1e-9
    assert term(near, turn_of(real, real)).item() > 1e-3


def test_distance_is_a_product_of_two_uniform_numbers(turn_of):
    """From x = 0 a quadratic critic's slope is e u, whose distribution function is t (1 - log t)."""
    turn = turn_of(torch.zeros(1, 1), torch.zeros(1, 1))
    term = Dragan(weight=1.0, target=0.0, noise=1.0, relative=False)
    products = [term(square, turn).sqrt().item() for _ in range(300)]
    assert kstest(products, lambda t: t * (1 - np.log(t))).pvalue > 1e-3


def test_a_sample_has_one_share_and_each_of_its_numbers_a_noise_of_its_own(turn_of):
    """With s = e (u1 + u2), E s^2 is 7/18; a share each would make it 25/72, one noise for both 4/9."""
    turn = turn_of(torch.zeros(200_000, 2), torch.zeros(200_000, 2))
    term = Dragan(weight=1.0, target=0.0, noise=1.0, relative=False)
    penalty = term(lambda samples: 0.5 * samples.sum(1).square(), turn)
    assert penalty.item() / 2 == pytest.approx(7 / 18, abs=0.01)


def test_gradient_to_the_critic_equals_double_backward(turn_of, tanh_network, double_backward):
    real = torch.randn(8, 1, 8, 8)
    Dragan(weight=3.0, noise=0.0)(Critic(tanh_network), turn_of(real, real)).backward()
    expected = 3.0 * ((double_backward(tanh_network, real).square().sum(1).sqrt() - 1) ** 2).mean()
    for name, weight in tanh_network.named_parameters():
        (slope,) = torch.autograd.grad(expected, weight, retain_graph=True, allow_unused=True)
        assert (slope is None) == (weight.grad is None), name
        if slope is not None:
            torch.testing.assert_close(weight.grad, slope, rtol=1e-4, atol=1e-6)


def test_is_float32_under_autocast(turn_of, tanh_network):
    real = torch.randn(8, 1, 8, 8).bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = Dragan(noise=0.0)(Critic(tanh_network), turn_of(real, real))
    assert mixed.dtype == torch.float32
    assert torch.equal(mixed, Dragan(noise=0.0)(Critic(tanh_network), turn_of(real, real)))


def test_needs_each_samples_own_gradient_and_is_paid_by_the_discriminator():
    assert Dragan.per_sample
    assert Dragan().sides == ("discriminator",)


@pytest.mark.parametrize("setting", ["weight", "target", "noise"])
@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_settings_must_be_finite_and_not_negative(setting, value):
    with pytest.raises(ValueError, match=f"{setting}.* must be a number from 0 up, got"):
        Dragan(**{setting: value})
