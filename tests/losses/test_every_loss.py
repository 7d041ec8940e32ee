"""What holds for any loss. Each file in conf/loss is taken up, so a new loss is tested as soon as it is there."""

from copy import deepcopy
from importlib import import_module
from itertools import product
from pathlib import Path

import pytest
import torch
from omegaconf import OmegaConf

from gan_runner.losses.base import Loss, SampleLoss, SeparableLoss
from gan_runner.types import Features, Turn

CONF = Path(__file__).parents[2] / "conf" / "loss"
HIGH_IS_REAL = ["gan", "hinge", "lsgan", "nonsaturating", "wgan", "wgan_gp"]


def build(name):
    settings = OmegaConf.to_container(OmegaConf.load(CONF / f"{name}.yaml").loss)
    module, _, part = settings.pop("_target_").rpartition(".")
    built = getattr(import_module(module), part)(**settings)
    if isinstance(built, torch.nn.Module):
        for state in built.buffers():
            state.fill_(0.5)  # away from where it starts: there BEGAN's discriminator does not mind the fakes
    return built


EVERY = {path.stem: build(path.stem) for path in sorted(CONF.glob("*.yaml"))}
NAMES = [name for name, built in EVERY.items() if not isinstance(built, SampleLoss)]
ON_SAMPLES = [name for name in EVERY if name not in NAMES]
ON_FEATURES = ["feature_matching", "mmd_gan"]
"""Losses whose generator looks at features only."""


@pytest.fixture(params=NAMES)
def loss(request):
    return build(request.param)


def turn_of(count):
    """Samples for the losses that look at them, with as many numbers as the pictures that margins are published for."""
    random = torch.Generator().manual_seed(3)
    samples = [torch.randn(count, size, generator=random) for size in (3 * 64 * 64, 3 * 64 * 64, 2)]
    features = Features(*(torch.randn(count, 5, generator=random) for _ in range(2)))
    return Turn(*samples, features=features)


def discriminator(loss, real, fake, turn=None):
    """The objective of a copy: a loss with a state moves it in each turn."""
    extra = {"turn": turn or turn_of(len(real))} if loss.needs_turn else {}
    return deepcopy(loss).discriminator(real, fake, **extra)


def generator(loss, real, fake, turn=None):
    extra = {"turn": turn or turn_of(len(fake))} if loss.needs_turn else {}
    return loss.generator(real if loss.uses_real_scores else None, fake, **extra)


def undecided():
    """Scores between the two labels, on no loss's far side; real and fake are alike but not equal."""
    real, fake = torch.linspace(0.3, 0.7, 8), torch.linspace(0.35, 0.65, 8)
    return real.requires_grad_(), fake.requires_grad_()


def moved(value, tensor, rate):
    return tensor.detach() - rate * torch.autograd.grad(value, tensor, retain_graph=True)[0]


def test_the_six_published_losses_are_offered():
    assert set(HIGH_IS_REAL) <= set(NAMES)


def test_is_a_loss_whose_objectives_are_scalars(loss):
    real, fake = undecided()
    assert isinstance(loss, Loss)
    assert loss.needs_turn or not loss.needs_features  # features come with the turn
    assert discriminator(loss, real, fake).shape == ()
    assert generator(loss, real, fake).shape == ()
    assert all(value.shape == () for value in loss.stats(real.mean(), fake.mean()).values())


def test_separable_discriminator_is_the_sum_of_its_terms(loss):
    if not isinstance(loss, SeparableLoss):
        pytest.skip("not separable")
    real, fake = torch.tensor([0.3, -2.0, 5.0]), torch.tensor([-0.7, 4.0])
    assert torch.equal(loss.discriminator(real, fake), loss.real_term(real) + loss.fake_term(fake))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ON_FEATURES])
def test_discriminator_parts_free_scores_and_generator_sends_fakes_after_the_real(name):
    loss, (real, fake) = build(name), undecided()
    cost = discriminator(loss, real, fake)
    real_moves = (moved(cost, real, 0.01) - real).mean()
    fake_moves = (moved(cost, fake, 0.01) - fake).mean()
    chased = (moved(generator(loss, real.detach(), fake), fake, 0.01) - fake).mean()
    assert real_moves * fake_moves < 0
    assert real_moves * chased > 0


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ON_FEATURES])
def test_discriminator_parts_a_linear_critics_scores_and_generator_sends_fakes_after_the_real(name):
    loss = build(name)
    noise = torch.randn(32, 3, generator=torch.Generator().manual_seed(0)) * 0.1
    centre = torch.tensor([1.0, -1.0, 1.0])
    real, shift = centre + noise, (-centre).requires_grad_()
    weight = torch.tensor([0.02, -0.01, 0.03, 0.5], requires_grad=True)

    def score(samples, weight):
        return samples @ weight[:3] + weight[3]

    real_scores, fake_scores = score(real, weight), score(shift + noise, weight)
    better = moved(discriminator(loss, real_scores, fake_scores), weight, 0.01)
    real_moves = (score(real, better) - real_scores).mean()
    fake_moves = (score(shift + noise, better) - fake_scores).mean()
    nearer = moved(generator(loss, real_scores, fake_scores), shift, 0.01)
    chased = (score(nearer + noise, weight) - fake_scores).mean()
    assert real_moves * fake_moves < 0
    assert real_moves * chased > 0


@pytest.mark.parametrize("name", ON_FEATURES)
def test_generator_sends_features_after_the_real(name):
    noise = torch.randn(32, 3, generator=torch.Generator().manual_seed(0)) * 0.1
    real, shift = torch.tensor([1.0, 2.0, 0.5]) + noise, torch.zeros(3, requires_grad=True)
    turn = Turn(real, noise, noise, side="generator", features=Features(real, noise + shift))
    nearer = moved(build(name).generator(torch.zeros(32), torch.zeros(32), turn=turn), shift, 0.01)
    assert (nearer > 0).all()


@pytest.mark.parametrize("name", ON_SAMPLES)
def test_a_distance_of_samples_falls_to_nothing_at_the_data_in_any_order(name):
    distance = build(name).distance
    random = torch.Generator().manual_seed(0)
    real = torch.randn(32, 20, generator=random)
    far, near = (real + step * torch.randn(32, 20, generator=random) for step in (1.0, 0.5))
    assert distance(real, far).shape == ()
    assert distance(real, far) > distance(real, near) > distance(real, real).abs()
    torch.testing.assert_close(distance(real, far[torch.randperm(32, generator=random)]), distance(real, far))


@pytest.mark.parametrize("name", HIGH_IS_REAL)
def test_high_scores_mean_real(name):
    loss, (real, fake) = build(name), undecided()
    cost = loss.discriminator(real, fake)
    assert (moved(cost, real, 0.01) > real).all()
    assert (moved(cost, fake, 0.01) < fake).all()
    assert (moved(loss.generator(None, fake), fake, 0.01) > fake).all()
    assert loss.discriminator(real + 0.2, fake - 0.2) < loss.discriminator(real - 0.2, fake + 0.2)


@pytest.mark.parametrize(("real_score", "fake_score"), [*product([-1e4, 1e4], repeat=2)])
def test_values_and_slopes_are_finite_far_out(loss, real_score, fake_score):
    real = torch.full((4,), real_score, requires_grad=True)
    fake = torch.full((4,), fake_score, requires_grad=True)
    for value in (discriminator(loss, real, fake), generator(loss, real, fake)):
        slopes = torch.autograd.grad(value, (real, fake), allow_unused=True) if value.requires_grad else ()
        assert value.isfinite()
        assert all(slope.isfinite().all() for slope in slopes if slope is not None)


def test_order_within_the_batch_does_not_matter(loss):
    random = torch.Generator().manual_seed(1)
    real, fake = torch.randn(2, 16, generator=random)
    order = torch.randperm(16, generator=random)
    turn = turn_of(16)
    features = Features(turn.features.real[order], turn.features.fake[order])
    mixed = Turn(turn.real[order], turn.fake[order], turn.latent[order], features=features)
    for play in (discriminator, generator):
        torch.testing.assert_close(play(loss, real[order], fake[order], mixed), play(loss, real, fake, turn))


def test_patch_scores_are_averaged_over_everything(loss):
    if loss.needs_turn:
        pytest.skip("scores are paired with samples")
    real, fake = torch.randn(2, 4, 1, 3, 3, generator=torch.Generator().manual_seed(2))
    for play in (discriminator, generator):
        torch.testing.assert_close(play(loss, real, fake), play(loss, real.flatten(), fake.flatten()))
