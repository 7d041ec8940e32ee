from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from gan_runner.build import Parts, build
from gan_runner.data.source import Source
from gan_runner.data.stream import Stream
from gan_runner.games.adversarial import Adversarial
from gan_runner.games.prior import Prior
from gan_runner.losses.base import Loss, SeparableLoss
from gan_runner.losses.lsgan import LeastSquares
from gan_runner.training.compiled import compiled_play
from gan_runner.training.engine import Engine
from gan_runner.training.settings import TrainerSettings

TINY = ("data=fake", "trainer=smoke", "arch.generator.width=4", "arch.discriminator.width=4")
POINTS = ("data=gaussian_mixture", "data.count=64", "trainer=smoke", "metric=none")


class NoHostReads(TorchDispatchMode):
    """Raises where the host would wait for the device."""

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        assert function._schema.name not in ("aten::_local_scalar_dense", "aten::nonzero"), f"host read: {function}"
        return function(*args, **(kwargs or {}))


def snapshot(parts: Parts) -> dict[str, Tensor]:
    return {name: weight.detach().clone() for name, weight in parts.game.networks.named_parameters()}


@pytest.mark.parametrize(
    "overrides",
    [
        *([f"loss={loss}"] for loss in ("gan", "nonsaturating", "lsgan", "wgan", "wgan_gp", "hinge")),
        *([f"loss={loss}"] for loss in ("acgan", "began", "feature_matching", "gmmn", "infogan")),
        *(["arch=ebgan", "data.size=32", f"loss={loss}"] for loss in ("ebgan_pt", "mmd_gan")),
        ["arch.conditional=true", "game.instance_noise=0.1", "game.noise_steps=9", "reg.r1.every=2", "reg=r1"],
        ["arch=dcgan_mnist"],
        *([f"optim={optim}"] for optim in ("adam", "adamw", "rmsprop", "sgd")),
        ["trainer.d_update=separate"],
        ["trainer.order=simultaneous"],
        ["reg=[gp,clip]", "trainer.ema=null"],
    ],
    ids=" ".join,
)
def test_no_step_reads_from_the_device(compose_config: Any, overrides: list[str]) -> None:
    parts = build(compose_config(*TINY, *overrides))
    parts.engine.guard.deferred = True  # as on a GPU; a CPU is asked, which costs it nothing
    parts.engine.step(parts.stream)
    for observe in (False, True):
        with NoHostReads():
            parts.engine.step(parts.stream, observe=observe)


@pytest.mark.parametrize("d_update", ["joint", "separate"])
def test_scalars_have_the_names_that_every_run_has(compose_config: Any, d_update: str) -> None:
    parts = build(compose_config(*TINY, "loss=wgan", f"trainer.d_update={d_update}"))
    scalars = parts.engine.step(parts.stream, observe=True)
    both = {f"{kind}/{side}" for kind in ("loss", "grad_norm") for side in ("generator", "discriminator")}
    assert both | {"score/real", "score/fake", "loss/wasserstein"} <= scalars.keys()
    assert parts.engine.rates() == {"generator": 5e-5, "discriminator": 5e-5}
    torch.testing.assert_close(scalars["loss/wasserstein"], scalars["score/real"] - scalars["score/fake"])


def test_the_guard_against_host_reads_does_catch_one() -> None:
    with pytest.raises(AssertionError, match="host read"), NoHostReads():
        torch.ones(1).item()


@pytest.mark.parametrize("reg", ["none", "gp", "clip"])
@pytest.mark.parametrize("side", ["generator", "discriminator"])
def test_a_turn_moves_only_the_players_weights(compose_config: Any, reg: str, side: str) -> None:
    parts = build(compose_config(*TINY, f"reg={reg}"))
    before = snapshot(parts)
    draw = parts.game.draw(parts.stream.next())
    _, total = parts.engine._differentiate(side, draw)
    parts.engine._move(side, total)
    moved = {name.split(".")[0] for name, weight in snapshot(parts).items() if not torch.equal(weight, before[name])}
    assert moved == {side}


def test_other_players_weights_get_no_gradient(compose_config: Any) -> None:
    parts = build(compose_config(*TINY))
    parts.engine._differentiate("generator", parts.game.draw(parts.stream.next()))
    assert all(weight.grad is None for weight in parts.game.networks["discriminator"].parameters())
    assert all(weight.grad is not None for weight in parts.game.networks["generator"].parameters())


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("trainer.d_steps=3", "trainer.g_steps=2"),
        ("trainer.order=simultaneous",),
        ("trainer.d_update=separate",),
        ("reg=[gp,r1]", "game.instance_noise=0.1"),
        ("arch.conditional=true",),
        ("precision=bf16",),
    ],
    ids=" ".join,
)
def test_fakes_made_once_for_both_sides_move_the_weights_as_those_made_twice(
    compose_config: Any, words: tuple[str, ...]
) -> None:
    weights, batches = [], []
    for policy in ("stop", "skip"):  # under skip every turn makes its own
        parts = build(compose_config(*TINY, "trainer.latents=shared", f"trainer.on_nonfinite={policy}", *words))
        for _ in range(3):
            parts.engine.step(parts.stream)
        weights.append(snapshot(parts))
        norm = next(it for it in parts.game.networks["generator"].modules() if isinstance(it, nn.BatchNorm2d))
        batches.append(int(norm.num_batches_tracked))
    assert all(torch.equal(one, other) for one, other in zip(*(it.values() for it in weights), strict=True))
    turns = sum(len(turns.players) for turns in parts.engine.rounds)
    assert batches == [3 * parts.engine.batches_per_step, 3 * turns]


@pytest.mark.parametrize("latents", ["fresh", "shared"])
@pytest.mark.parametrize(("d_steps", "g_steps"), [(1, 1), (5, 1), (2, 3)])
def test_every_round_draws_a_batch_of_its_own_unless_shared(
    compose_config: Any, d_steps: int, g_steps: int, latents: str
) -> None:
    steps = (f"trainer.d_steps={d_steps}", f"trainer.g_steps={g_steps}", f"trainer.latents={latents}")
    parts = build(compose_config(*POINTS, *steps))
    parts.engine.step(parts.stream)
    batches = d_steps + g_steps - (latents == "shared")
    assert parts.engine.batches_per_step == batches
    assert parts.stream.state_dict() == {"drawn": 8 * batches}


class Line(nn.Module):
    """A generator of one weight: the sample is weight times latent."""

    def __init__(self, weight: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([weight]))

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        return x * self.weight


class Score(Line):
    """A discriminator of one weight: the score is weight times sample."""

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        return (x * self.weight).sum(1)


def line_engine(order: str = "alternating", d_update: str = "joint", latents: str = "fresh") -> tuple[Engine, Stream]:
    """G(z) = g z and D(x) = d x on one real point x = 2 with latents z, plain gradient descent with rate 0.1."""
    game = Adversarial(Line(0.5), Score(0.3), LeastSquares(), {}, Prior(1), d_update=d_update)  # type: ignore[arg-type]
    rare: dict[str, Any] = {"log_every": 1, "sample_every": 0, "save_every": 0, "eval_every": 0, "keep": 1}
    rare |= {"at_start": False, "patience": None, "alarm": False}
    settings = TrainerSettings(1, 1, 1, 1, order, latents, d_update, 0.9, False, on_nonfinite="stop", **rare)  # type: ignore[arg-type]
    optimizers = {
        name: torch.optim.SGD([w for net in player.networks for w in game.networks[net].parameters()], lr=0.1)
        for name, player in game.players.items()
    }
    stream = Stream(Source("one", torch.tensor([[2.0]])), 1, 0, torch.device("cpu"))
    return Engine(game, optimizers, settings), stream


def latents(count: int) -> list[float]:
    torch.manual_seed(5)
    return [float(torch.randn(1, 1)) for _ in range(count)]


@pytest.mark.parametrize("sharing", ["fresh", "shared"])
def test_alternating_step_by_hand(sharing: str) -> None:
    z1, z2 = latents(2)
    z2 = z1 if sharing == "shared" else z2
    engine, stream = line_engine(latents=sharing)
    torch.manual_seed(5)
    engine.step(stream)
    d, g = 0.3, 0.5
    d -= 0.1 * ((2 * d - 1) * 2 + (d * g * z1) * g * z1)
    g -= 0.1 * (d * g * z2 - 1) * d * z2
    assert engine.game.networks["discriminator"].weight.item() == pytest.approx(d, rel=1e-6)
    assert engine.game.networks["generator"].weight.item() == pytest.approx(g, rel=1e-6)


def test_simultaneous_step_moves_both_from_the_same_weights() -> None:
    (z,) = latents(1)
    engine, stream = line_engine(order="simultaneous")
    torch.manual_seed(5)
    engine.step(stream)
    d, g = 0.3, 0.5
    new_d = d - 0.1 * ((2 * d - 1) * 2 + (d * g * z) * g * z)
    new_g = g - 0.1 * (d * g * z - 1) * d * z
    assert engine.game.networks["discriminator"].weight.item() == pytest.approx(new_d, rel=1e-6)
    assert engine.game.networks["generator"].weight.item() == pytest.approx(new_g, rel=1e-6)


def test_separate_updates_play_fake_then_real_on_one_draw() -> None:
    z1, z2 = latents(2)
    engine, stream = line_engine(d_update="separate")
    torch.manual_seed(5)
    scalars = engine.step(stream)
    d, g = 0.3, 0.5
    fake = 0.5 * (d * g * z1) ** 2
    d -= 0.1 * (d * g * z1) * g * z1
    real = 0.5 * (2 * d - 1) ** 2
    d -= 0.1 * (2 * d - 1) * 2
    g -= 0.1 * (d * g * z2 - 1) * d * z2
    assert engine.game.networks["discriminator"].weight.item() == pytest.approx(d, rel=1e-6)
    assert engine.game.networks["generator"].weight.item() == pytest.approx(g, rel=1e-6)
    assert scalars["loss/discriminator/fake"].item() == pytest.approx(fake, rel=1e-6)
    assert scalars["loss/discriminator/real"].item() == pytest.approx(real, rel=1e-6)
    assert scalars["loss/discriminator"].item() == pytest.approx(real + fake, rel=1e-6)


def test_separate_updates_refuse_a_loss_that_mixes_scores() -> None:
    class Mixed(Loss):
        def discriminator(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
            return (fake_scores - real_scores).mean()

        def generator(self, real_scores: Tensor | None, fake_scores: Tensor) -> Tensor:
            return -fake_scores.mean()

    assert not issubclass(Mixed, SeparableLoss)
    with pytest.raises(ValueError, match="d_update=separate"):
        Adversarial(Line(1.0), Score(1.0), Mixed(), {}, Prior(1), d_update="separate")


def test_average_follows_its_formula() -> None:
    engine, stream = line_engine()
    assert engine.average is not None
    weight, average = 0.5, 0.5
    for n in range(1, 101):
        engine.step(stream)
        weight = engine.game.networks["generator"].weight.item()
        decay = min(0.9, n / (n + 9))
        average = decay * average + (1 - decay) * weight
    assert engine.average.networks["generator"].weight.item() == pytest.approx(average, rel=1e-5)
    assert average != pytest.approx(weight, rel=1e-5)


def test_average_copies_batch_norm_statistics(compose_config: Any) -> None:
    parts = build(compose_config(*TINY))
    for _ in range(3):
        parts.engine.step(parts.stream)
    assert parts.engine.average is not None
    current = dict(parts.game.networks["generator"].named_buffers())
    averaged = dict(parts.engine.average.networks["generator"].named_buffers())
    assert any("running_mean" in name for name in current)
    assert all(torch.equal(averaged[name], buffer) for name, buffer in current.items())


@pytest.mark.parametrize("loss", ["lsgan", "wgan_gp"])
def test_compiled_turns_have_the_plain_gradients(compose_config: Any, loss: str) -> None:
    parts = build(compose_config(*POINTS, f"loss={loss}", "arch.generator.hidden=[8]", "arch.discriminator.hidden=[8]"))
    draw = parts.game.draw(parts.stream.next())
    play = compiled_play(parts.game, draw, "fp32", backend="aot_eager")
    assert play != parts.game.play, "the gate fell back to the plain turns"


def test_a_gradient_penalty_compiles_for_real(compose_config: Any) -> None:
    small = ("arch.generator.hidden=[8]", "arch.discriminator.hidden=[8]")
    parts = build(compose_config(*POINTS, "loss=wgan_gp", *small))
    play = compiled_play(parts.game, parts.game.draw(parts.stream.next()), "fp32")
    assert play != parts.game.play, "the gate fell back to the plain turns"


def test_the_fifth_run_of_a_process_still_compiles(compose_config: Any) -> None:
    compiled = []

    def backend(graph: Any, inputs: Any) -> Any:
        compiled.append(graph)
        return graph

    for run in range(1, 6):
        parts = build(compose_config(*POINTS))
        compiled_play(parts.game, parts.game.draw(parts.stream.next()), "fp32", backend=backend)  # type: ignore[arg-type]
        assert len(compiled) == 2 * run


def test_points_are_scored_where_the_discriminator_is(compose_config: Any) -> None:
    game = build(compose_config(*POINTS)).game
    game.networks["discriminator"].to("meta")
    score = game.scorer()
    assert score is not None
    assert score(torch.zeros(5, 2)).device.type == "meta"


def test_a_compiler_that_changes_gradients_is_refused(compose_config: Any, caplog: pytest.LogCaptureFixture) -> None:
    parts = build(compose_config(*POINTS))
    draw = parts.game.draw(parts.stream.next())

    def wrong(graph: Any, inputs: Any) -> Any:
        return lambda *args: tuple(o * 1.5 if torch.is_tensor(o) else o for o in graph(*args))

    with caplog.at_level("WARNING"):
        assert compiled_play(parts.game, draw, "fp32", backend=wrong) == parts.game.play  # type: ignore[arg-type]


def test_bf16_trains_in_bf16_with_weights_kept_in_fp32(compose_config: Any) -> None:
    parts = build(compose_config(*TINY, "precision=bf16"))
    exact = build(compose_config(*TINY))
    scalars, reference = parts.engine.step(parts.stream), exact.engine.step(exact.stream)
    assert {weight.dtype for weight in parts.game.networks.parameters()} == {torch.float32}
    assert scalars["loss/discriminator"].item() != reference["loss/discriminator"].item()
    assert scalars["loss/discriminator"].item() == pytest.approx(reference["loss/discriminator"].item(), rel=0.1)


def test_compiling_leaves_no_trace_in_data_or_randomness(compose_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gan_runner.build.compiled_play", lambda game, draw, precision: game.play)
    plain = build(compose_config(*POINTS))
    expected = torch.get_rng_state()
    compiled = build(compose_config(*POINTS, "trainer.compile=true"))
    assert torch.equal(torch.get_rng_state(), expected)
    assert compiled.stream.state_dict() == plain.stream.state_dict() == {"drawn": 0}
