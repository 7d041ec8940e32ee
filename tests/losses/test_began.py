import numpy as np
import pytest
import torch

from gan_runner.build import build
from gan_runner.errors import UsageError
from gan_runner.losses.began import Began
from gan_runner.training.checkpoint import load, save
from gan_runner.training.compiled import compiled_play
from gan_runner.training.state import RunState, capture, restore

POINTS = ("loss=began", "data=gaussian_mixture", "data.count=64", "trainer=smoke", "metric=none")
SMALL = (*POINTS, "arch=ebgan_mlp", "arch.generator.hidden=[8]", "arch.discriminator.hidden=[8]")


def test_k_follows_its_formula_and_the_discriminator_uses_the_one_before(differentiate):
    loss, k = Began(gamma=0.7, k_rate=0.3).double(), 0.0
    random = np.random.default_rng(0)
    seen = []
    for _ in range(12):
        errors_real, errors_fake = random.uniform(0, 1.5, 5), random.uniform(0, 1.0, 3)
        fake = torch.tensor(-errors_fake, requires_grad=True)
        value, by_real = differentiate(lambda f, fake=fake: loss.discriminator(f, fake.detach()), -errors_real)
        assert value == pytest.approx(errors_real.mean() - k * errors_fake.mean(), rel=1e-12)
        np.testing.assert_allclose(by_real, np.full(5, -1 / 5), rtol=1e-12)
        k = min(1.0, max(0.0, k + 0.3 * (0.7 * errors_real.mean() - errors_fake.mean())))
        seen.append(k)
        assert loss.k.item() == pytest.approx(k, rel=1e-12, abs=1e-15)
    assert 0.0 in seen
    assert any(0 < value < 1 for value in seen)


@pytest.mark.parametrize(("error", "end"), [(9.0, 1.0), (0.0, 0.0)])
def test_k_stays_between_0_and_1(error, end):
    loss = Began(k_rate=0.5)
    loss.k.fill_(0.5)
    for _ in range(3):
        loss.discriminator(torch.tensor([-error]), torch.tensor([-1.0]))
    assert loss.k.item() == end


def test_the_gradient_by_fakes_is_that_of_the_old_k():
    loss = Began(k_rate=0.1)
    loss.k.fill_(0.4)
    fake = torch.tensor([-1.0, -2.0], requires_grad=True)
    loss.discriminator(torch.tensor([-9.0]), fake).backward()
    np.testing.assert_allclose(fake.grad, [0.2, 0.2], rtol=1e-6)
    assert loss.k.item() == pytest.approx(0.4 + 0.1 * (0.5 * 9.0 - 1.5))


def test_generator_lowers_its_samples_error_and_leaves_k_alone(scores, differentiate):
    loss, (_, fake) = Began(), scores
    value, slopes = differentiate(lambda f: loss.generator(None, f), fake)
    assert value == pytest.approx(-fake.mean())
    np.testing.assert_allclose(slopes, np.full(len(fake), -1 / len(fake)), rtol=1e-12)
    assert loss.k.item() == 0.0


@pytest.mark.parametrize(("real", "fake", "measure"), [(0.8, 0.3, 0.8 + 0.1), (0.8, 0.6, 0.8 + 0.2), (0.8, 0.4, 0.8)])
def test_convergence_is_small_where_errors_are_small_and_in_their_ratio(real, fake, measure):
    stats = Began(gamma=0.5).stats(torch.tensor(-real), torch.tensor(-fake))
    assert stats["convergence"].item() == pytest.approx(measure)


def test_logged_k_is_not_changed_by_later_turns():
    loss = Began(k_rate=0.1)
    logged = loss.stats(torch.tensor(-1.0), torch.tensor(-1.0))["k"]
    loss.discriminator(torch.tensor([-9.0]), torch.tensor([-1.0]))
    assert loss.k.item() > 0
    assert logged.item() == 0.0


def test_a_run_logs_k_and_convergence(compose_config):
    parts = build(compose_config(*SMALL))
    parts.game.loss.k.fill_(0.25)
    scalars = parts.engine.step(parts.stream)
    real, fake = -scalars["score/real"], -scalars["score/fake"]
    wanted = (0.25 + 0.001 * (0.5 * real - fake)).clamp(0, 1)
    torch.testing.assert_close(scalars["loss/k"], wanted)
    torch.testing.assert_close(scalars["loss/convergence"], real + (0.5 * real - fake).abs())


def test_k_is_saved_and_a_resumed_run_goes_on_as_if_it_had_never_stopped(compose_config, tmp_path):
    config = compose_config(*SMALL, "loss.k_rate=0.05")
    whole = build(config)
    whole.game.loss.k.fill_(0.5)
    for step in range(6):
        if step == 3:
            save(tmp_path / "3.pt", capture(whole.engine, whole.stream, RunState(step)))
            halfway = whole.game.loss.k.item()
        whole.engine.step(whole.stream)
    resumed = build(config)
    restore(load(tmp_path / "3.pt"), resumed.engine, resumed.stream)
    assert resumed.game.loss.k.item() == halfway != 0.5
    for _ in range(3):
        resumed.engine.step(resumed.stream)
    ends = whole.game.networks.state_dict(), resumed.game.networks.state_dict()
    assert "loss.k" in ends[0]
    assert all(torch.equal(value, ends[1][name]) for name, value in ends[0].items())


def test_compiled_turns_have_the_plain_gradients(compose_config):
    parts = build(compose_config(*SMALL))
    play = compiled_play(parts.game, parts.game.draw(parts.stream.next()), "fp32", backend="aot_eager")
    assert play != parts.game.play, "the gate fell back to the plain turns"
    assert parts.game.loss.k.item() == 0.0


@pytest.mark.parametrize("loss", ["began", "mmd_gan"])
def test_label_smoothing_is_refused_where_there_are_no_labels(compose_config, loss):
    with pytest.raises(UsageError, match=r"label_smoothing, got 0.1 with loss .* no labels to smooth"):
        build(compose_config(*SMALL, f"loss={loss}", "reg=none", "game.label_smoothing=0.1"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"gamma": -0.1}, "gamma .* must be from 0 to 1, got -0.1"),
        ({"gamma": 1.5}, "gamma .* must be from 0 to 1, got 1.5"),
        ({"gamma": float("nan")}, "gamma .* must be from 0 to 1, got nan"),
        ({"k_rate": 0.0}, "k_rate .* must be a positive number, got 0"),
        ({"k_rate": float("inf")}, "k_rate .* must be a positive number, got inf"),
    ],
)
def test_settings_must_be_in_range(settings, message):
    with pytest.raises(ValueError, match=message):
        Began(**settings)
