"""How games with a latent prior are sampled, with labels and without."""

import pytest
import torch
from torch import Tensor, nn

from gan_runner.games.adversarial import Adversarial
from gan_runner.games.moment_matching import MomentMatching
from gan_runner.games.prior import Prior
from gan_runner.losses.base import SampleLoss
from gan_runner.losses.lsgan import LeastSquares
from gan_runner.models import base
from gan_runner.types import Batch


class Labelled(base.Generator):
    """Writes the label into the first number of a sample."""

    conditional = True

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        assert labels is not None
        return torch.cat([labels[:, None].float(), self.scale * latent], 1)


class Judge(base.Discriminator):
    conditional = True

    def features(self, samples: Tensor, labels: Tensor | None = None) -> Tensor:
        return samples


class Means(SampleLoss):
    def distance(self, real: Tensor, fake: Tensor) -> Tensor:
        return (real.mean(0) - fake.mean(0)).square().sum()


def game() -> Adversarial:
    return Adversarial(Labelled(), Judge(), LeastSquares(), {}, Prior(2), classes=5)


def test_a_conditional_generator_is_asked_for_every_class_alike() -> None:
    labels = game().sample(5000, torch.Generator().manual_seed(0))[:, 0]
    shares = torch.bincount(labels.long(), minlength=5) / 5000
    assert (shares - 0.2).abs().max() < 0.03


def test_labels_asked_for_are_given() -> None:
    asked = torch.arange(203) % 5
    assert torch.equal(game().generate(torch.randn(203, 2), asked)[:, 0].long(), asked)


def test_the_same_generator_gives_the_same_labels_and_latents() -> None:
    one, other = (game().sample(700, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one, other)


def test_a_generator_alone_learns_the_mean() -> None:
    generator = nn.Linear(2, 2)
    generator.forward = lambda latent, labels=None: nn.functional.linear(latent, generator.weight, generator.bias)  # type: ignore[method-assign,misc,assignment]
    alone = MomentMatching(generator, Means(), {}, Prior(2))
    real = torch.tensor([[1.0, -2.0]]).repeat(256, 1)
    optimizer = torch.optim.SGD(generator.parameters(), 0.2)
    torch.manual_seed(0)
    for _ in range(200):
        optimizer.zero_grad()
        outcome = alone.play("generator", alone.draw(Batch(real)))
        outcome.terms["distance"].backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    torch.testing.assert_close(generator.bias.detach(), torch.tensor([1.0, -2.0]), atol=0.05, rtol=0)
    assert list(alone.players) == ["generator"]
    assert alone.scorer() is None


def test_moment_matching_refuses_a_loss_on_scores() -> None:
    with pytest.raises(ValueError, match="got loss LeastSquares, which needs one; use loss=gmmn"):
        MomentMatching(nn.Linear(2, 2), LeastSquares(), {}, Prior(2))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("distribution", "low", "high", "sd"),
    [("uniform", -1, 1, 3**-0.5), ("uniform01", 0, 1, 12**-0.5), ("uniform_sd1", -(3**0.5), 3**0.5, 1.0)],
)
def test_uniform_priors_fill_their_range(distribution: str, low: float, high: float, sd: float) -> None:
    torch.manual_seed(0)
    latent = Prior(50, distribution).draw(2000, torch.device("cpu"))  # type: ignore[arg-type]
    assert (latent.min().item(), latent.max().item()) == pytest.approx((low, high), abs=1e-3)
    assert latent.std().item() == pytest.approx(sd, rel=0.01)


def test_minmax_latents_each_reach_from_0_to_1() -> None:
    latent = Prior(30, "minmax").draw(50, torch.device("cpu"), torch.Generator().manual_seed(0))
    assert torch.equal(latent.amin(1), torch.zeros(50))
    assert torch.equal(latent.amax(1), torch.ones(50))


def test_codes_follow_the_noise_one_hot_and_then_continuous() -> None:
    prior = Prior(3, "normal", categorical=[4, 2], continuous=2)
    latent = prior.draw(4000, torch.device("cpu"), torch.Generator().manual_seed(0))
    assert latent.shape == (4000, prior.codes.total) == (4000, 11)
    for onehot in (latent[:, 3:7], latent[:, 7:9]):
        assert torch.equal(onehot.sum(1), torch.ones(4000))
        assert set(onehot.unique().tolist()) == {0.0, 1.0}
        assert (onehot.mean(0) - 1 / onehot.shape[1]).abs().max() < 0.03
    numbers = latent[:, 9:]
    assert numbers.min() >= -1
    assert numbers.max() <= 1
    assert numbers.std().item() == pytest.approx(3**-0.5, rel=0.03)


@pytest.mark.parametrize(
    "settings", [{"dim": 0}, {"dim": 1, "distribution": "minmax"}, {"categorical": [1]}, {"continuous": -1}]
)
def test_latents_that_cannot_be_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="allowed: "):
        Prior(**({"dim": 3} | settings))  # type: ignore[arg-type]
