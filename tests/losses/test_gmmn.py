import math
from itertools import product

import numpy as np
import pytest
import torch

from gan_runner.build import build
from gan_runner.errors import UsageError
from gan_runner.losses.base import SampleLoss
from gan_runner.losses.gmmn import MaximumMeanDiscrepancy

PUBLISHED = (2, 5, 10, 20, 40, 80)


def root_mmd(real, fake, scales):
    def mean(a, b):
        pairs = [math.exp(-((u - v) ** 2).sum() / (2 * s)) for s in scales for u, v in product(a, b)]
        return sum(pairs) / (len(a) * len(b))

    return math.sqrt(mean(real, real) - 2 * mean(real, fake) + mean(fake, fake))


@pytest.fixture
def pictures():
    """Real and fake digits' worth of pixels within [0, 1]."""
    return np.random.default_rng(0).uniform(size=(2, 4, 30))


def test_is_the_published_distance_of_the_same_pictures_between_0_and_1(pictures):
    real, fake = pictures
    value = MaximumMeanDiscrepancy().distance(*torch.from_numpy(2 * pictures - 1))
    assert value.shape == ()
    assert value.item() == pytest.approx(root_mmd(real, fake, PUBLISHED), rel=1e-10)


def test_gradient_is_that_of_the_formula(pictures):
    real, fake = 2 * pictures - 1
    y = torch.from_numpy(fake).requires_grad_()
    (slopes,) = torch.autograd.grad(MaximumMeanDiscrepancy([0.5, 3.0]).distance(torch.from_numpy(real), y), y)
    for i, j in ((0, 0), (3, 17)):
        ends = []
        for step in (1e-5, -1e-5):
            moved = fake.copy()
            moved[i, j] += step
            ends.append(root_mmd(real, moved, [0.5, 3.0]))
        assert slopes[i, j].item() == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5)


def test_descending_brings_samples_to_the_data():
    random = torch.Generator().manual_seed(0)
    real, fake = torch.randn(60, 2, generator=random) + 1.5, torch.randn(60, 2, generator=random).requires_grad_()
    loss = MaximumMeanDiscrepancy([1.0, 4.0, 16.0])
    before = loss.distance(real, fake).item()
    optimizer = torch.optim.Adam([fake], lr=0.05)
    for _ in range(300):
        optimizer.zero_grad()
        loss.distance(real, fake).backward()
        optimizer.step()
    assert loss.distance(real, fake).item() < 0.1 * before
    assert (fake.mean(0) - real.mean(0)).abs().max() < 0.2


def test_brings_its_game_and_no_regularizer(compose_config):
    config = compose_config("loss=gmmn")
    assert config["game"] == {"_target_": "gan_runner.games.moment_matching.MomentMatching"}
    assert config["reg"] == {}
    assert config["loss"]["scales"] == [4 * scale for scale in PUBLISHED]
    parts = build(compose_config("loss=gmmn", "data=fake", "trainer=smoke", "arch=mlp"))
    assert isinstance(parts.game.loss, SampleLoss)
    assert parts.engine.step(parts.stream)["loss/generator"].isfinite()


def test_the_adversarial_game_says_that_it_has_no_use_for_it(compose_config):
    with pytest.raises(UsageError, match=r"got loss MaximumMeanDiscrepancy.*use game=moment_matching"):
        build(compose_config("loss=gmmn", "game=adversarial", "data=fake", "trainer=smoke", "arch=mlp"))


def test_scales_must_be_positive():
    with pytest.raises(ValueError, match=r"scales .* must be positive numbers, got \[0\]"):
        MaximumMeanDiscrepancy(scales=[0])
