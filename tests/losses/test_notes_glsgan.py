import numpy as np
import pytest
import torch

from gan_runner.build import build
from gan_runner.errors import UsageError
from gan_runner.losses.glsgan import GeneralizedLossSensitive
from gan_runner.losses.notes_glsgan import ActivatedWasserstein
from gan_runner.types import Turn

HEADS = {
    1.0: (lambda f: f, np.ones_like),
    0.0: (lambda f: np.maximum(f, 0), lambda f: np.where(f > 0, 1.0, 0.0)),
    -1.0: (np.abs, np.sign),
    0.2: (lambda f: np.where(f > 0, f, 0.2 * f), lambda f: np.where(f > 0, 1.0, 0.2)),
    "elu": (lambda f: np.where(f > 0, f, np.expm1(f)), lambda f: np.where(f > 0, 1.0, np.exp(f))),
}
REAL, FAKE = np.array([0.4, -2.0, 3.0, 0.1, -0.7]), np.array([0.3, 1.5, -4.0, -0.2])


@pytest.mark.parametrize("slope", HEADS)
def test_values_and_slopes(slope, differentiate):
    head, rise = HEADS[slope]
    loss = ActivatedWasserstein(slope)
    value, slopes = differentiate(loss.real_term, REAL)
    np.testing.assert_allclose(value, -head(REAL).mean() / 2, rtol=1e-12)
    np.testing.assert_allclose(slopes, -rise(REAL) / (2 * len(REAL)), rtol=1e-12)
    value, slopes = differentiate(loss.fake_term, FAKE)
    np.testing.assert_allclose(value, head(FAKE).mean() / 2, rtol=1e-12)
    np.testing.assert_allclose(slopes, rise(FAKE) / (2 * len(FAKE)), rtol=1e-12)
    value, slopes = differentiate(lambda f: loss.generator(None, f), FAKE)
    np.testing.assert_allclose(value, -head(FAKE).mean(), rtol=1e-12)
    np.testing.assert_allclose(slopes, -rise(FAKE) / len(FAKE), rtol=1e-12)


@pytest.mark.parametrize("slope", HEADS)
def test_discriminator_is_the_mean_of_targets_times_outputs_over_both_batches(slope):
    """As the post's program has it: -1 for real, +1 for fake, joined to one batch."""
    real, fake = torch.from_numpy(REAL[:4]), torch.from_numpy(FAKE)
    outputs = HEADS[slope][0](torch.cat([real, fake]).numpy())
    targets = np.repeat([-1.0, 1.0], 4)
    found = ActivatedWasserstein(slope).discriminator(real, fake)
    assert found.item() == pytest.approx((targets * outputs).mean(), rel=1e-12)


def directions(loss, real, fake, **extra):
    """Gradients of D's loss by all scores, scaled to length 1, and of G's by its fakes'."""
    scores = [torch.from_numpy(side).requires_grad_() for side in (real, fake)]
    by_scores = torch.cat(torch.autograd.grad(loss.discriminator(*scores, **extra), scores))
    (by_fakes,) = torch.autograd.grad(loss.generator(None, scores[1], **extra), scores[1])
    return by_scores / by_scores.norm(), by_fakes


@pytest.mark.parametrize(("slope", "same"), [(1.0, True), (0.0, False), (-1.0, False)])
def test_is_gls_gan_for_slope_one_only(slope, same):
    """Pairs that lead by more than their margin of 0.5, pairs that do not, and scores of either sign."""
    real, fake = np.random.default_rng(2).normal(size=(2, 32))
    turn = Turn(torch.full((32, 1), 0.5), torch.zeros(32, 1), latent=torch.zeros(32, 1))
    notes = directions(ActivatedWasserstein(slope), real, fake)
    official = directions(GeneralizedLossSensitive(margin=1.0, slope=slope), real, fake, turn=turn)
    assert [torch.allclose(ours, theirs) for ours, theirs in zip(notes, official, strict=True)] == [same, same]


def test_generator_gets_nothing_from_rejected_fakes_with_slope_zero_and_little_with_elu():
    fake = torch.tensor([-0.5, -5.0, -50.0], requires_grad=True)
    (dead,) = torch.autograd.grad(ActivatedWasserstein(0.0).generator(None, fake), fake)
    assert (dead == 0).all()
    (fading,) = torch.autograd.grad(ActivatedWasserstein("elu").generator(None, fake), fake)
    torch.testing.assert_close(3 * fading, -fake.detach().exp())


def test_brings_its_codes_clipping_and_rmsprop(compose_config):
    config = compose_config("loss=notes_glsgan", "loss.slope=elu")
    assert config["loss"]["slope"] == "elu"
    assert config["reg"]["clip"]["bound"] == 0.08
    assert config["optim"]["_target_"] == "torch.optim.RMSprop"
    assert config["optim"]["generator"]["lr"] == config["optim"]["discriminator"]["lr"] == 5e-5
    assert config["trainer"]["d_steps"] == 1
    assert compose_config("loss=notes_glsgan", "optim=rmsprop")["optim"]["lr"] == 2e-4


def test_a_slope_is_a_number_or_elu(compose_config):
    with pytest.raises(UsageError, match=r"loss\.slope: got 'relu'; allowed: a number or one of elu"):
        build(compose_config("data=fake", "loss=notes_glsgan", "loss.slope=relu"))
