"""Options of the game that go with any loss: packing, instance noise, smoothed labels, lazy terms."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gan_runner.build import build
from gan_runner.errors import UsageError
from gan_runner.games.instance_noise import InstanceNoise
from gan_runner.games.packing import pack, packed_shape
from gan_runner.training.checkpoint import load, save
from gan_runner.training.compiled import compiled_play
from gan_runner.training.state import RunState, capture, restore

POINTS = ("data=gaussian_mixture", "data.count=64", "trainer=smoke", "metric=none")
SMALL = (*POINTS, "arch.generator.hidden=[8]", "arch.discriminator.hidden=[8]")
LOSSES = sorted(path.stem for path in (Path(__file__).parents[2] / "conf" / "loss").glob("*.yaml"))


REFUSED = dict.fromkeys(("began", "mmd_gan", "notes_glsgan", "wgan", "wgan_gp"), "no labels to smooth")
REFUSED |= {
    "acgan": "the generator is told the class and the discriminator",
    "cgan": "an arch that is not told",
    "gmmn": "use game=moment_matching",
}


def test_neighbours_of_a_batch_share_a_pack() -> None:
    samples = torch.arange(4 * 2 * 3).reshape(4, 2, 1, 3)
    packed = pack(samples, 2)
    assert packed.shape == (2, *packed_shape((2, 1, 3), 2)) == (2, 4, 1, 3)
    assert torch.equal(packed[0], torch.cat([samples[0], samples[1]]))
    assert pack(samples, 1) is samples


def test_a_packed_discriminator_judges_packs_and_penalties_see_them(compose_config: Any) -> None:
    parts = build(compose_config(*SMALL, "game.packing=4", "loss=wgan_gp", "trainer.batch_size=8"))
    discriminator = parts.game.networks["discriminator"]
    seen: list[tuple[int, ...]] = []
    discriminator.register_forward_hook(lambda _module, inputs, _scores: seen.append(tuple(inputs[0].shape)))
    parts.engine.step(parts.stream)
    assert set(seen) == {(2, 8)}
    assert parts.game.sample(3, torch.Generator()).shape == (3, 2)
    assert parts.game.scorer() is None


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (["game.packing=3", "trainer.batch_size=8"], "game.packing=3, got trainer.batch_size=8; use a multiple of 3"),
        (["game.packing=0"], "packing, got 0; allowed: 1"),
        (["game.packing=2", "loss=acgan"], "packing=2 with a discriminator or reg that reads one label"),
        (["game.instance_noise=-1"], "instance_noise .* got -1.0"),
        (["game.noise_steps=0"], "noise_steps must be 1 or more"),
        (["game.label_smoothing=0.6"], "label_smoothing .* got 0.6"),
    ],
)
def test_what_cannot_be_is_one_sentence(compose_config: Any, overrides: list[str], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        build(compose_config(*SMALL, *overrides))


@pytest.mark.parametrize("loss", LOSSES)
def test_all_options_go_with_every_loss(compose_config: Any, loss: str) -> None:
    overrides = ("game.packing=2", "game.instance_noise=0.1", "game.noise_steps=10", "game.label_smoothing=0.1")
    arch = "arch=ebgan_mlp" if loss in ("began", "ebgan", "ebgan_pt", "mmd_gan") else "arch=mlp"
    config = compose_config(*POINTS, f"loss={loss}", arch, "reg=none", "game=adversarial", *overrides)
    if loss in REFUSED:
        with pytest.raises(UsageError, match=REFUSED[loss]):
            build(config)
        return
    parts = build(config)
    for _ in range(2):
        scalars = parts.engine.step(parts.stream)
    assert all(value.isfinite() for value in scalars.values())


def test_noise_has_its_standard_deviation_and_falls_to_nothing() -> None:
    torch.manual_seed(0)
    noise, still = InstanceNoise(0.5, steps=4), torch.zeros(20_000)
    measured: list[float] = []
    for _ in range(6):
        measured.append(noise(still).std().item())
        noise.count()
    assert measured == pytest.approx([0.5, 0.375, 0.25, 0.125, 0.0, 0.0], rel=0.03)
    assert InstanceNoise(0.5)(still).std().item() == pytest.approx(0.5, rel=0.03)


def test_real_samples_are_blurred_and_a_resumed_run_goes_on_with_what_is_left(
    compose_config: Any, tmp_path: Path
) -> None:
    config = compose_config(*SMALL, "game.instance_noise=0.3", "game.noise_steps=100")
    whole, resumed = build(config), build(config)
    for _ in range(3):
        whole.engine.step(whole.stream)
    save(tmp_path / "3.pt", capture(whole.engine, whole.stream, RunState(3)))
    restore(load(tmp_path / "3.pt"), resumed.engine, resumed.stream)
    assert resumed.game.networks["instance_noise"].turns == 3
    turn: list[Tensor] = []
    resumed.game.networks["discriminator"].register_forward_hook(lambda _m, inputs, _s: turn.append(inputs[0].detach()))
    draw = resumed.game.draw(resumed.stream.next())
    resumed.game.play("discriminator", draw)
    spread = (turn[0] - draw.batch.real).std().item()
    assert 0.15 < spread < 0.45


def test_a_lazy_penalty_is_paid_every_so_often_so_many_times_over(compose_config: Any, tmp_path: Path) -> None:
    usual = build(compose_config(*SMALL, "reg=r1"))
    lazy = build(compose_config(*SMALL, "reg=r1", "reg.r1.every=3"))
    paid = [lazy.engine.step(lazy.stream).get("loss/discriminator/r1") for _ in range(4)]
    first = usual.engine.step(usual.stream)["loss/discriminator/r1"]
    assert paid[1] is None
    assert paid[2] is None
    assert paid[3] is not None
    torch.testing.assert_close(paid[0], 3 * first)
    save(tmp_path / "4.pt", capture(lazy.engine, lazy.stream, RunState(4)))
    resumed = build(compose_config(*SMALL, "reg=r1", "reg.r1.every=3"))
    restore(load(tmp_path / "4.pt"), resumed.engine, resumed.stream)
    later = ["loss/discriminator/r1" in resumed.engine.step(resumed.stream) for _ in range(3)]
    assert later == [False, False, True]


def test_lazy_terms_of_both_halves_of_a_separate_update_keep_their_period(compose_config: Any) -> None:
    parts = build(compose_config(*SMALL, "reg=r1", "reg.r1.every=2", "trainer.d_update=separate"))
    paid = ["loss/discriminator/r1" in parts.engine.step(parts.stream) for _ in range(4)]
    assert paid == [True, False, True, False]


def test_zero_turns_between_are_refused(compose_config: Any) -> None:
    with pytest.raises(UsageError, match=r"reg\.r1: every \(turns\) must be 1 or more, got 0"):
        build(compose_config(*SMALL, "reg=r1", "reg.r1.every=0"))


def test_noise_falls_by_steps_however_many_turns_they_have(compose_config: Any) -> None:
    parts = build(compose_config(*SMALL, "game.instance_noise=0.3", "game.noise_steps=100", "trainer.g_steps=3"))
    for _ in range(4):
        parts.engine.step(parts.stream)
    assert parts.game.networks["instance_noise"].turns == 4


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (["loss=nonsaturating", "reg=acgan"], "reg=acgan with a generator that is not told what class to make"),
        (["loss=cgan", "arch=mlp"], "loss=cgan with an arch that is not told the class"),
        (["arch.generator.conditional=true"], "the generator is told the class and the discriminator is not"),
        (["arch.discriminator.conditional=true"], "the discriminator is told the class and the generator is not"),
        (["loss=began", "arch=mlp"], "score is minus an energy.*use arch=ebgan_mlp"),
        (["loss=mmd_gan", "arch=mlp", "reg=none"], "score is minus an energy.*use arch=ebgan_mlp"),
        (["loss=acgan", "data=fake", "arch=infogan"], "arch.generator.conditional: this arch cannot be told the class"),
        (["loss=gmmn", "trainer.d_steps=5"], "trainer.d_steps=5 .*this game has no discriminator"),
        (["loss=gmmn", "reg=orthogonal"], "moment_matching takes no regularizers, got reg=orthogonal"),
        (["loss=gmmn", "arch=mlp", "arch.conditional=true"], "compares samples without their labels"),
        (["loss=infogan", "trainer.batch_size=1"], "trainer.batch_size=1 with batch norm in the infogan"),
        (["arch.discriminator.norm=batch", "game.packing=2", "trainer.batch_size=2"], "game.packing=2 with batch norm"),
    ],
)
def test_players_that_do_not_agree_are_one_sentence(compose_config: Any, overrides: list[str], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        build(compose_config(*POINTS, *overrides))


def test_compiling_is_not_blamed_for_buffers_that_move(compose_config: Any) -> None:
    parts = build(
        compose_config(*SMALL, "game.instance_noise=0.5", "game.noise_steps=10", "arch.discriminator.norm=batch")
    )
    play = compiled_play(parts.game, parts.game.draw(parts.stream.next()), "fp32", backend="eager")
    assert play != parts.game.play
