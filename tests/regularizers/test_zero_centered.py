import numpy as np
import pytest
import torch
from torch import nn

from gan_runner.regularizers.zero_centered import ZeroCentered
from gan_runner.types import Critic

BOTH = pytest.mark.parametrize("at", ["real", "fake"])


@BOTH
@pytest.mark.parametrize("gamma", [10.0, 1.0, 0.0])
def test_linear_critic_pays_half_gamma_times_its_squared_slope(turn_of, at, gamma):
    w = torch.tensor([3.0, -4.0, 12.0], requires_grad=True)
    penalty = ZeroCentered(gamma, at)(lambda samples: samples @ w + 7.0, turn_of(torch.randn(6, 3), torch.randn(6, 3)))
    penalty.backward()
    assert penalty.item() == pytest.approx(gamma / 2 * 169)
    np.testing.assert_allclose(w.grad.numpy(), gamma * np.array([3.0, -4.0, 12.0]), rtol=1e-6)


@pytest.mark.parametrize(("at", "squares"), [("real", 9 + 16 + 0 + 1), ("fake", 100 + 25 + 4 + 0)])
def test_slopes_are_taken_at_the_samples_it_names(turn_of, at, squares):
    """The slope of a quadratic critic is the sample itself."""
    turn = turn_of(torch.tensor([[3.0, 4.0], [0.0, 1.0]]), torch.tensor([[10.0, 5.0], [2.0, 0.0]]))
    penalty = ZeroCentered(4.0, at)(lambda samples: 0.5 * samples.square().sum(1), turn)
    assert penalty.item() == pytest.approx(4 / 2 * squares / 2)


def test_norm_runs_over_all_dimensions_of_a_picture(turn_of):
    w = torch.randn(2, 5, 4)
    pictures = torch.randn(3, 2, 5, 4)
    penalty = ZeroCentered(1.0)(lambda samples: (samples * w).sum((1, 2, 3)), turn_of(pictures, pictures))
    assert penalty.item() == pytest.approx(0.5 * (w.numpy() ** 2).sum(), rel=1e-5)


def test_patch_scores_count_as_their_sum(turn_of):
    w = torch.randn(3, 4)
    penalty = ZeroCentered(1.0)(lambda samples: samples @ w, turn_of(torch.randn(5, 3), torch.randn(5, 3)))
    assert penalty.item() == pytest.approx(0.5 * (w.numpy().sum(1) ** 2).sum(), rel=1e-5)


class PerLabel(nn.Module):
    """A linear critic with a slope for each class."""

    def __init__(self):
        super().__init__()
        self.slope = nn.Parameter(torch.tensor([[1.0, 0.0], [0.0, 10.0], [3.0, 4.0]]))

    def forward(self, samples, labels=None):
        return (samples * self.slope[labels]).sum(1)


@BOTH
def test_each_sample_is_scored_under_its_own_label(turn_of, at):
    critic = Critic(PerLabel(), torch.tensor([2, 0, 2, 1]))
    penalty = ZeroCentered(2.0, at)(critic, turn_of(torch.randn(4, 2), torch.randn(4, 2)))
    assert penalty.item() == pytest.approx((25 + 1 + 25 + 100) / 4)


@BOTH
def test_gradient_to_the_critic_equals_double_backward(turn_of, tanh_network, double_backward, gradient_is_that_of, at):
    turn = turn_of(torch.randn(8, 1, 8, 8), torch.randn(8, 1, 8, 8))
    ZeroCentered(3.0, at)(Critic(tanh_network), turn).backward()
    expected = 3.0 / 2 * double_backward(tanh_network, getattr(turn, at)).square().sum(1).mean()
    gradient_is_that_of(expected, tanh_network)


def test_flat_critic_is_free_with_finite_gradients(turn_of):
    layer = nn.Linear(3, 1)
    nn.init.zeros_(layer.weight)
    penalty = ZeroCentered()(lambda samples: layer(samples).squeeze(1), turn_of(torch.randn(4, 3), torch.randn(4, 3)))
    penalty.backward()
    assert penalty.item() == 0.0
    assert torch.equal(layer.weight.grad, torch.zeros(1, 3))


@BOTH
def test_is_float32_under_autocast(turn_of, tanh_network, at):
    turn = turn_of(torch.randn(8, 1, 8, 8).bfloat16(), torch.randn(8, 1, 8, 8).bfloat16())
    full = ZeroCentered(at=at)(Critic(tanh_network), turn)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = ZeroCentered(at=at)(Critic(tanh_network), turn)
    assert mixed.dtype == full.dtype == torch.float32
    assert torch.equal(mixed, full)


def test_needs_each_samples_own_gradient_and_is_paid_by_the_discriminator():
    assert ZeroCentered.per_sample
    assert ZeroCentered().sides == ("discriminator",)


@pytest.mark.parametrize("gamma", [-1.0, float("nan"), float("inf")])
def test_gamma_must_be_finite_and_not_negative(gamma):
    with pytest.raises(ValueError, match="gamma must be a number from 0 up, got"):
        ZeroCentered(gamma)
