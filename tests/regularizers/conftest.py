"""Turns between given samples, and critics without labels."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gan_runner.types import Turn


class Unconditional(nn.Module):
    """Gives a plain network the labels argument that Critic passes."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        scores: Tensor = self.network(samples)
        return scores


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


@pytest.fixture
def turn_of() -> Callable[[Tensor, Tensor], Turn]:
    return lambda real, fake: Turn(real, fake, latent=torch.zeros(len(real), 1))


@pytest.fixture
def tanh_network() -> nn.Module:
    """Scores 8x8 pictures, smoothly, so that second derivatives are not all zero."""
    layers = (nn.Conv2d(1, 4, 3, stride=2), nn.Tanh(), nn.Flatten(), nn.Linear(36, 1), nn.Flatten(0))
    return Unconditional(nn.Sequential(*layers))


@pytest.fixture
def double_backward() -> Callable[[nn.Module, Tensor], Tensor]:
    """``double_backward(network, samples)``: each sample's gradient, by autograd instead of functorch."""

    def run(network: nn.Module, samples: Tensor) -> Tensor:
        points = samples.clone().requires_grad_()
        (slopes,) = torch.autograd.grad(network(points).sum(), points, create_graph=True)
        return slopes.flatten(1)

    return run


@pytest.fixture
def gradient_is_that_of() -> Callable[[Tensor, nn.Module], None]:
    """Return a function that compares the gradients a network has with those of an ``expected`` scalar, not tiny."""

    def compare(expected: Tensor, network: nn.Module) -> None:
        weights = dict(network.named_parameters())
        twice = torch.autograd.grad(expected, list(weights.values()), allow_unused=True)
        assert max(slope.abs().max() for slope in twice if slope is not None) > 0.1
        for (name, weight), slope in zip(weights.items(), twice, strict=True):
            if slope is None:
                assert weight.grad is None, name
            else:
                torch.testing.assert_close(weight.grad, slope, rtol=1e-4, atol=1e-6)

    return compare
