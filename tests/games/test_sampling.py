import pytest
import torch
from torch import nn

from gan_runner.games.adversarial import Adversarial
from gan_runner.games.prior import Prior
from gan_runner.games.sampling import batch_norms, sampling_mode
from gan_runner.losses.lsgan import LeastSquares


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))

    def forward(self, x: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        out: torch.Tensor = self.body(x)
        return out


@pytest.fixture
def net() -> Net:
    torch.manual_seed(0)
    net = Net()
    net(torch.randn(64, 3) * 3 + 1)
    return net


@pytest.mark.parametrize("statistics", ["running", "batch"])
def test_a_network_is_put_back_exactly_as_it_was(net: Net, statistics: str) -> None:
    before = {name: value.clone() for name, value in net.state_dict().items()}
    net.body[2].eval()
    with sampling_mode(net, statistics):  # type: ignore[arg-type]
        assert not net(torch.randn(8, 3)).requires_grad
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert [module.training for module in net.body] == [True, True, False, True]


def test_running_statistics_judge_each_sample_alone_and_batch_statistics_do_not(net: Net) -> None:
    x = torch.randn(8, 3)
    with sampling_mode(net, "running"):
        assert torch.allclose(net(x)[:4], net(x[:4]), atol=1e-6)
    with sampling_mode(net, "batch"):
        assert not torch.allclose(net(x)[:4], net(x[:4]), atol=1e-3)
        normalised = net.body[1](net.body[0](x))
    assert torch.allclose(normalised.mean(0), torch.zeros(4), atol=1e-5)


def test_an_error_while_sampling_restores_too(net: Net) -> None:
    with pytest.raises(RuntimeError), sampling_mode(net, "batch"):
        net(torch.randn(8, 99))
    assert all(module.training for module in net.modules())


def test_batch_norms_are_found(net: Net) -> None:
    assert batch_norms(net) == [net.body[1]]
    assert batch_norms(nn.GroupNorm(1, 4)) == []


def test_samples_are_the_same_for_the_same_generator_and_leave_training_alone(net: Net) -> None:
    game = Adversarial(net, Net(), LeastSquares(), {}, Prior(3))
    torch.manual_seed(9)
    state = torch.get_rng_state()
    first = game.sample(1203, torch.Generator().manual_seed(4))
    again = game.sample(1203, torch.Generator().manual_seed(4))
    other = game.sample(1203, torch.Generator().manual_seed(5))
    assert first.shape == (1203, 2)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(("distribution", "variance"), [("normal", 1.0), ("uniform", 1 / 3)])
def test_prior_has_the_moments_of_its_name(distribution: str, variance: float) -> None:
    latent = Prior(50, distribution).draw(4000, torch.device("cpu"), torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    assert latent.mean().item() == pytest.approx(0.0, abs=0.02)
    assert latent.var().item() == pytest.approx(variance, rel=0.02)
    if distribution == "uniform":
        assert latent.abs().max() <= 1.0
        assert latent.abs().max() > 0.99


def test_prior_without_dimensions_is_refused() -> None:
    with pytest.raises(ValueError, match="dim, got 0"):
        Prior(0)
