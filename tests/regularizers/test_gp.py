import numpy as np
import pytest
import torch
from scipy.stats import kstest
from torch import nn

from gan_runner.regularizers.gp import GradientPenalty
from gan_runner.types import Critic, Turn


def turn_between(real, fake):
    return Turn(real, fake, latent=torch.zeros(len(real), 1))


def random_turn(*shape):
    return turn_between(torch.randn(shape), torch.randn(shape))


def tanh_network():
    return nn.Sequential(nn.Conv2d(1, 4, 3, stride=2), nn.Tanh(), nn.Flatten(), nn.Linear(36, 1), nn.Flatten(0))


class Unconditional(nn.Module):
    """Gives a plain network the labels argument that Critic passes."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, samples, labels=None):
        return self.network(samples)


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@pytest.mark.parametrize("weight", [10.0, 0.1])
@pytest.mark.parametrize("target", [1.0, 0.0, 7.0])
def test_linear_critic_has_one_slope_everywhere(weight, target):
    w = torch.tensor([3.0, -4.0, 12.0], requires_grad=True)  # norm 13
    penalty = GradientPenalty(weight, target)(lambda samples: samples @ w, random_turn(6, 3))
    penalty.backward()
    assert penalty.item() == pytest.approx(weight * (13 - target) ** 2, rel=1e-5)
    slope = 2 * weight * (13 - target) * np.array([3.0, -4.0, 12.0]) / 13
    np.testing.assert_allclose(w.grad.numpy(), slope, rtol=1e-5)


def test_norm_runs_over_all_dimensions_of_a_picture():
    w = torch.randn(2, 5, 4)
    penalty = GradientPenalty()(lambda samples: (samples * w).sum((1, 2, 3)), random_turn(3, 2, 5, 4))
    assert penalty.item() == pytest.approx(10 * (np.sqrt((w.numpy() ** 2).sum()) - 1) ** 2, rel=1e-4)


def test_quadratic_critics_slope_is_the_sample_itself():
    points = torch.tensor([[3.0, 4.0], [0.6, 0.8], [0.0, 2.0]])
    penalty = GradientPenalty()(lambda samples: 0.5 * samples.square().sum(1), turn_between(points, points))
    assert penalty.item() == pytest.approx(10 * ((5 - 1) ** 2 + 0 + (2 - 1) ** 2) / 3, rel=1e-5)


def test_patch_scores_count_as_their_sum():
    w = torch.randn(3, 4)
    turn = random_turn(5, 3)
    penalty = GradientPenalty()(lambda samples: samples @ w, turn)
    expected = 10 * (np.sqrt((w.numpy().sum(1) ** 2).sum()) - 1) ** 2
    assert penalty.item() == pytest.approx(expected, rel=1e-4)


def test_one_sided_is_free_below_the_target_and_the_same_above():
    turn = random_turn(4, 2)
    flat = torch.tensor([0.3, 0.4], requires_grad=True)
    penalty = GradientPenalty(one_sided=True)(lambda samples: samples @ flat, turn)
    penalty.backward()
    assert penalty.item() == 0.0
    assert torch.equal(flat.grad, torch.zeros(2))
    steep = torch.tensor([3.0, 4.0])
    assert GradientPenalty(one_sided=True)(lambda samples: samples @ steep, turn).item() == pytest.approx(160, rel=1e-5)


@pytest.mark.parametrize(("target", "paid"), [(0.0, 250.0), (3.0, 40.0), (5.0, 0.0), (9.0, 0.0)])
def test_one_sided_holds_for_any_target(target, paid):
    steep = torch.tensor([3.0, 4.0])
    penalty = GradientPenalty(10.0, target, one_sided=True)(lambda samples: samples @ steep, random_turn(4, 2))
    assert penalty.item() == pytest.approx(paid, abs=1e-4)


def test_points_lie_on_the_segment_between_real_and_fake():
    real, fake = torch.randn(64, 5), torch.randn(64, 5)
    along = real - fake

    def off_the_segment(samples):
        """Zero slope exactly where a sample is on its own segment."""
        place = ((samples - fake) * along).sum(1) / along.square().sum(1)
        aside = samples - fake - place[:, None] * along
        return aside.square().sum(1) + (place - 1).relu().square() + (-place).relu().square()

    assert GradientPenalty(target=0.0)(off_the_segment, turn_between(real, fake)).item() < 1e-9
    apart = GradientPenalty(target=0.0)(off_the_segment, turn_between(real + torch.randn(64, 5), fake))
    assert apart.item() > 0.1


def test_share_is_uniform_and_one_number_a_picture():
    """From real = 1 and fake = 0 a quadratic critic's slope norm is the share e itself, if all pixels have one e."""
    turn = turn_between(torch.full((1, 1, 4, 4), 0.25), torch.zeros(1, 1, 4, 4))
    shares = []
    for _ in range(300):
        penalty = GradientPenalty(weight=1.0, target=0.0)(lambda samples: 0.5 * samples.square().sum((1, 2, 3)), turn)
        shares.append(penalty.sqrt().item())
    assert kstest(shares, "uniform").pvalue > 1e-3


def test_each_sample_has_its_own_share():
    """One batch of 4096 has the mean of e^2, 1/3, to five standard errors only if the shares are independent."""
    turn = turn_between(torch.ones(4096, 1), torch.zeros(4096, 1))
    penalty = GradientPenalty(weight=1.0, target=0.0)(lambda samples: 0.5 * samples.square().sum(1), turn)
    assert penalty.item() == pytest.approx(1 / 3, abs=5 * np.sqrt(4 / 45 / 4096))


def test_gradient_to_the_critic_equals_double_backward(gradient_is_that_of):
    network, turn = tanh_network(), random_turn(8, 1, 8, 8)
    same_points = turn_between(turn.real, turn.real)
    GradientPenalty(weight=3.0)(Critic(Unconditional(network)), same_points).backward()
    points = turn.real.clone().requires_grad_()
    (slopes,) = torch.autograd.grad(network(points).sum(), points, create_graph=True)
    expected = 3.0 * ((slopes.square().sum((1, 2, 3)).sqrt() - 1) ** 2).mean()
    gradient_is_that_of(expected, network)


def test_compiles_whole_and_then_gives_the_same_gradient():
    network, turn = tanh_network(), random_turn(8, 1, 8, 8)
    same_points = turn_between(turn.real, turn.real)
    critic, term, weights = Critic(Unconditional(network)), GradientPenalty(), list(network.parameters())
    compiled = torch.compile(term, backend="aot_eager", fullgraph=True)
    slopes = [torch.autograd.grad(play(critic, same_points), weights, allow_unused=True) for play in (term, compiled)]
    for eager, traced in zip(*slopes, strict=True):
        torch.testing.assert_close(
            torch.zeros(()) if traced is None else traced, torch.zeros(()) if eager is None else eager
        )


def test_flat_critic_costs_the_target_and_has_finite_gradients():
    layer = nn.Linear(3, 1)
    nn.init.zeros_(layer.weight)
    penalty = GradientPenalty()(lambda samples: layer(samples).squeeze(1), random_turn(4, 3))
    penalty.backward()
    assert penalty.item() == 10.0
    assert layer.weight.grad.isfinite().all()


def test_is_float32_under_autocast():
    network, turn = Critic(Unconditional(tanh_network())), random_turn(8, 1, 8, 8)
    turn = turn_between(turn.real, turn.real)
    full = GradientPenalty()(network, turn)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = GradientPenalty()(network, turn)
        assert GradientPenalty()(network, turn_between(turn.real, turn.fake.bfloat16())).dtype == torch.float32
    assert mixed.dtype == torch.float32
    assert torch.equal(mixed, full)


def test_says_that_it_needs_each_samples_own_gradient():
    assert GradientPenalty.per_sample
    assert GradientPenalty.sides == ("discriminator",)


@pytest.mark.parametrize("setting", ["weight", "target"])
@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_settings_must_be_finite_and_not_negative(setting, value):
    with pytest.raises(ValueError, match=f"{setting}.* must be a number from 0 up, got"):
        GradientPenalty(**{setting: value})
