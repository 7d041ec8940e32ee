import math
from itertools import product

import numpy as np
import pytest
import torch

from gan_runner.build import build
from gan_runner.errors import UsageError
from gan_runner.games.adversarial import Adversarial
from gan_runner.games.base import Draw
from gan_runner.games.prior import Prior
from gan_runner.losses.mmd_gan import MmdGan
from gan_runner.models import base, mlp
from gan_runner.regularizers.clip import Clip
from gan_runner.types import Batch, Features, Turn

REAL_SCORES, FAKE_SCORES = torch.tensor([-0.5, -1.5, -0.1, -0.3]), torch.tensor([-2.0, -0.25, -1.0])


@pytest.fixture
def codes():
    """Of three numbers, one is in the wanted order, two are not."""
    random = np.random.default_rng(1)
    return random.normal([1.0, -1.0, 0.0], size=(4, 3)), random.normal([-1.0, 1.0, 0.5], size=(3, 3))


def turn_of(real, fake):
    return Turn(torch.zeros(4, 1), torch.zeros(3, 1), torch.zeros(3, 1), features=Features(real, fake))


def difference(real, fake, bandwidths=(1, 2, 4, 8, 16), one_sided=16.0):
    def mean(a, b):
        pairs = [math.exp(-((u - v) ** 2).sum() / (2 * s * s)) for s in bandwidths for u, v in product(a, b)]
        return sum(pairs) / (len(a) * len(b))

    root = math.sqrt(mean(real, real) - 2 * mean(real, fake) + mean(fake, fake))
    wrong = [max(0.0, fake[:, k].mean() - real[:, k].mean()) for k in range(real.shape[1])]
    return root - one_sided * sum(wrong) / len(wrong)


def test_values(codes):
    turn = turn_of(*map(torch.from_numpy, codes))
    wanted = difference(*codes)
    assert wanted < 0  # the order between the mean codes weighs more
    assert MmdGan().generator(REAL_SCORES, FAKE_SCORES, turn=turn).item() == pytest.approx(wanted, rel=1e-10)
    errors = 8 * (-REAL_SCORES).mean().item() + 8 * (-FAKE_SCORES).mean().item()
    value = MmdGan().discriminator(REAL_SCORES, FAKE_SCORES, turn=turn).item()
    assert value == pytest.approx(-wanted + errors, rel=1e-6)


@pytest.mark.parametrize("side", ["real", "fake"])
def test_slopes_by_the_codes_are_those_of_the_formula(side, codes):
    settings = ((0.7, 2.5), 3.0)
    loss = MmdGan(*settings, autoencoding=8.0)
    tensors = [torch.from_numpy(part).requires_grad_() for part in codes]
    turn = turn_of(*tensors)
    which = ("real", "fake").index(side)
    (mine,) = torch.autograd.grad(loss.generator(None, FAKE_SCORES, turn=turn), tensors[which])
    (theirs,) = torch.autograd.grad(loss.discriminator(REAL_SCORES, FAKE_SCORES, turn=turn), tensors[which])
    torch.testing.assert_close(theirs, -mine)
    for place in ((0, 0), (2, 1), (1, 2)):
        ends = []
        for step in (1e-6, -1e-6):
            moved = [part.copy() for part in codes]
            moved[which][place] += step
            ends.append(difference(*moved, *settings))
        assert mine[place].item() == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-4)


def test_slopes_by_the_scores_are_those_of_the_errors(codes):
    real, fake = REAL_SCORES.clone().requires_grad_(), FAKE_SCORES.clone().requires_grad_()
    value = MmdGan(autoencoding=6.0).discriminator(real, fake, turn=turn_of(*map(torch.from_numpy, codes)))
    by_real, by_fake = torch.autograd.grad(value, (real, fake))
    np.testing.assert_allclose(by_real, np.full(4, -6 / 4), rtol=1e-6)
    np.testing.assert_allclose(by_fake, np.full(3, -6 / 3), rtol=1e-6)


def test_the_order_of_the_means_counts_only_where_it_is_wrong():
    real, fake = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 0.5]])
    plain, ordered = (MmdGan(one_sided=weight).generator(None, FAKE_SCORES, turn_of(real, fake)) for weight in (0, 16))
    assert (plain - ordered).item() == pytest.approx(16 * (0.0 + 0.5) / 2)


class Autoencoder(base.Discriminator):
    """Points to one number and back; the score is minus the squared error."""

    energy = True
    feature_dim = 1

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = torch.nn.Linear(2, 1), torch.nn.Linear(1, 2)

    def features(self, samples, labels=None):
        return self.encoder(samples)

    def scores_and_features(self, samples, labels=None):
        code = self.encoder(samples)
        return -(self.decoder(code) - samples).square().mean(1), code


def test_a_game_with_an_autoencoder_has_both_players_terms_and_clips_the_encoder_only():
    torch.manual_seed(0)
    network, generator = Autoencoder(), mlp.Generator(3, (2,), hidden=[4])
    game = Adversarial(generator, network, MmdGan(), {"clip": Clip(only="encoder")}, Prior(3))
    draw = Draw(Batch(torch.randn(5, 2) + 1.0), torch.randn(5, 3))
    with torch.no_grad():
        fake = generator(draw.latent)
        codes = [network.encoder(samples).numpy() for samples in (draw.batch.real, fake)]
        errors = sum(-network(samples).mean().item() for samples in (draw.batch.real, fake))
    mine = game.play("generator", draw).terms["adversarial"]
    theirs = game.play("discriminator", draw).terms["adversarial"]
    assert mine.item() == pytest.approx(difference(*codes), rel=1e-4)
    assert theirs.item() == pytest.approx(8 * errors - difference(*codes), rel=1e-4)
    (mine + theirs).backward()
    assert all(weight.grad is not None for weight in game.networks.parameters())
    game.constrain("discriminator")
    assert max(weight.abs().max().item() for weight in network.encoder.parameters()) <= 0.01
    assert max(weight.abs().max().item() for weight in network.decoder.parameters()) > 0.01


def test_brings_clipping_of_the_encoder_rmsprop_and_five_critic_updates(compose_config):
    config = compose_config("loss=mmd_gan")
    clip = {"_target_": "gan_runner.regularizers.clip.Clip", "bound": 0.01, "only": "encoder"}
    assert config["reg"] == {"clip": clip}
    assert (config["optim"]["_target_"], config["optim"]["lr"]) == ("torch.optim.RMSprop", 5e-5)
    assert (config["trainer"]["d_steps"], config["trainer"]["latents"]) == (5, "fresh")


def test_a_discriminator_without_an_encoder_is_refused_in_one_sentence(compose_config):
    with pytest.raises(UsageError, match=r"score is minus an energy, .* use arch=ebgan_mlp, arch=ebgan or arch=began"):
        build(compose_config("loss=mmd_gan", "data=fake", "trainer=smoke", "arch=mlp"))


@pytest.mark.parametrize("bandwidths", [[], [1.0, -2.0]])
def test_bandwidths_must_be_positive(bandwidths):
    with pytest.raises(ValueError, match="bandwidths of the kernels must be positive numbers"):
        MmdGan(bandwidths)


@pytest.mark.parametrize("name", ["one_sided", "autoencoding"])
@pytest.mark.parametrize("weight", [-1.0, float("inf"), float("nan")])
def test_weights_must_not_be_negative(name, weight):
    with pytest.raises(ValueError, match=rf"{name} \(a weight\) must be a number from 0 up, got"):
        MmdGan(**{name: weight})
