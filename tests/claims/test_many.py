"""Networks side by side: each as if it were alone, and held by its limit."""

import pytest
import torch
from torch import Tensor, nn

from gan_runner.claims.many import Crowd, Limit, adam, crowd, improve
from gan_runner.losses.wgan import Wasserstein
from gan_runner.models.mlp import Discriminator

SEEDS, BATCH = 3, 16


def critics() -> Crowd:
    return crowd(lambda: Discriminator((2,), [8, 8]), SEEDS)


def batches() -> tuple[Tensor, Tensor]:
    return torch.randn(SEEDS, BATCH, 2) + 1, torch.randn(SEEDS, BATCH, 2)


def alone(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return Discriminator((2,), [8, 8])


def test_every_network_takes_the_step_that_it_would_take_alone() -> None:
    real, fake = batches()
    together = critics()
    improve(Wasserstein(), together, torch.optim.SGD(together.parameters(), 0.1), real, fake)
    for seed in range(SEEDS):
        network = alone(seed)
        optimizer = torch.optim.SGD(network.parameters(), 0.1)
        Wasserstein().discriminator(network(real[seed]), network(fake[seed])).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        for name, weight in network.named_parameters():
            torch.testing.assert_close(together.weights[name][seed], weight, rtol=1e-4, atol=1e-6)


def test_clipping_leaves_no_weight_beyond_the_bound() -> None:
    together = critics()
    improve(Wasserstein(), together, adam(together, 1e-3), *batches(), Limit(bound=0.05))
    assert max(float(weight.detach().abs().max()) for weight in together.parameters()) == pytest.approx(0.05)


def test_the_penalty_draws_a_steep_critic_to_slope_one() -> None:
    together = critics()
    with torch.no_grad():
        together.weights["head.weight"] *= 100
    optimizer, limit = adam(together, 1e-2), Limit(penalty=10.0)

    def steepness() -> float:
        points = torch.cat(batches(), dim=1).requires_grad_()
        (slopes,) = torch.autograd.grad(together(points).sum(), points)
        return float(slopes.norm(dim=2).mean())

    before = steepness()
    for _ in range(200):
        improve(Wasserstein(), together, optimizer, *batches(), limit)
    assert before > 2
    assert 0.7 < steepness() < 1.3
