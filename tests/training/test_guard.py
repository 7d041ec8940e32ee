"""A loss or gradient that is not finite moves nothing, on the host's word or on the device's own."""

from typing import Any

import pytest
import torch

from gan_runner.build import Parts, build
from gan_runner.training.guard import IN_A_ROW, Guard, NotFiniteError
from gan_runner.training.seed import rng_state
from gan_runner.types import Outcome

TINY = (
    *("data=fake", "trainer=smoke", "metric=none", "logger=none"),
    *("arch.generator.width=4", "arch.discriminator.width=4"),
)
OPTIMIZERS = ["adam", "adamw", "rmsprop", "sgd"]


def spoil(parts: Parts, player: str, kind: str, turns: set[int]) -> None:
    """Let the ``turns`` of ``player`` (counted from 0) have a loss that is NaN, or a finite one with a NaN gradient."""
    plain, count = parts.engine._play, 0

    def play(name: str, draw: Any, due: frozenset[str]) -> Outcome:
        nonlocal count
        outcome = plain(name, draw, due)
        if name != player:
            return outcome
        count += 1
        if count - 1 not in turns:
            return outcome
        term = outcome.terms["adversarial"]
        zero = term * 0.0  # its root is 0, the root's slope infinite: 0 * inf in the gradient
        bad = term * torch.nan if kind == "loss" else term + zero.sqrt()
        return Outcome({"adversarial": bad}, outcome.stats)

    parts.engine._play = play


def everything(parts: Parts, player: str) -> list[torch.Tensor]:
    """Return all that a turn of ``player`` moves: both networks' weights and buffers, and its optimizer's numbers."""
    states = parts.engine.optimizers[player].state.values()
    numbers = [value.clone() for state in states for value in state.values() if torch.is_tensor(value)]
    return [*(value.clone() for value in parts.game.networks.state_dict().values()), *numbers]


@pytest.mark.fault(7)
@pytest.mark.parametrize("deferred", [False, True], ids=["host", "device"])
@pytest.mark.parametrize("kind", ["loss", "gradient"])
@pytest.mark.parametrize("player", ["generator", "discriminator"])
@pytest.mark.parametrize("optim", OPTIMIZERS)
def test_a_skipped_turn_leaves_all_as_it_was(
    compose_config: Any, optim: str, player: str, kind: str, deferred: bool
) -> None:
    parts = build(compose_config(*TINY, f"optim={optim}", "trainer.on_nonfinite=skip"))
    engine = parts.engine
    engine.guard.deferred = deferred
    engine.step(parts.stream)
    spoil(parts, player, kind, {0})
    draw = parts.game.draw(parts.stream.next())
    before = everything(parts, player)
    engine.guard.begin()
    _, total = engine._differentiate(player, draw)
    assert total.isfinite() == (kind == "gradient")
    assert any(gradient.isnan().any() for gradient in engine._gradients(player))
    engine._move(player, total)
    after = everything(parts, player)
    assert len(after) == len(before)
    assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))
    assert engine.guard.told() == {player: 1}
    engine.step(parts.stream)
    engine.step(parts.stream)
    assert engine.guard.told() == {player: 1}
    assert any(not torch.equal(one, other) for one, other in zip(before, everything(parts, player), strict=True))


@pytest.mark.fault(7)
@pytest.mark.parametrize("deferred", [False, True], ids=["host", "device"])
def test_a_guard_with_nothing_to_do_changes_no_bit(compose_config: Any, deferred: bool) -> None:
    weights = []
    for policy in ("stop", "skip"):
        parts = build(compose_config(*TINY, "trainer.latents=fresh", f"trainer.on_nonfinite={policy}"))
        parts.engine.guard.deferred = deferred and policy == "skip"
        for _ in range(4):
            parts.engine.step(parts.stream)
        weights.append([*parts.game.networks.state_dict().values(), rng_state()["torch"]])
    assert all(torch.equal(one, other) for one, other in zip(*weights, strict=True))


@pytest.mark.fault(7)
@pytest.mark.parametrize("policy", ["stop", "rollback"])
@pytest.mark.parametrize("kind", ["loss", "gradient"])
def test_otherwise_the_first_one_ends_the_training_before_it_is_applied(
    compose_config: Any, policy: str, kind: str
) -> None:
    parts = build(compose_config(*TINY, f"trainer.on_nonfinite={policy}"))
    spoil(parts, "generator", kind, {0})
    before = [weight.clone() for weight in parts.game.networks["generator"].parameters()]
    with pytest.raises(NotFiniteError, match=f"the {kind} of the generator"):
        parts.engine.step(parts.stream)
    assert all(map(torch.equal, before, parts.game.networks["generator"].parameters()))


@pytest.mark.fault(7)
@pytest.mark.parametrize("optim", OPTIMIZERS)
def test_on_a_device_it_ends_the_training_where_the_host_reads(compose_config: Any, optim: str) -> None:
    parts = build(compose_config(*TINY, f"optim={optim}"))
    parts.engine.guard.deferred = True
    spoil(parts, "discriminator", "loss", {1})
    parts.engine.step(parts.stream)
    assert parts.engine.guard.told() == {}
    parts.engine.step(parts.stream)
    parts.engine.step(parts.stream)
    with pytest.raises(NotFiniteError, match="the loss or gradient of the discriminator"):
        parts.engine.guard.told()


@pytest.mark.fault(7)
@pytest.mark.parametrize("deferred", [False, True], ids=["host", "device"])
def test_ten_in_a_row_are_too_many_and_nine_twice_are_not(compose_config: Any, deferred: bool) -> None:
    parts = build(compose_config(*TINY, "trainer.on_nonfinite=skip"))
    parts.engine.guard.deferred = deferred
    spoil(parts, "generator", "loss", {*range(9), *range(10, 19), *range(20, 40)})
    for _ in range(29):
        parts.engine.step(parts.stream)
    assert parts.engine.guard.told() == {"generator": 27}

    def one_more() -> None:
        parts.engine.step(parts.stream)
        parts.engine.guard.told()

    with pytest.raises(NotFiniteError, match=f"of the generator, {IN_A_ROW} turns in a row,"):
        one_more()


@pytest.mark.fault(7)
def test_the_counts_go_on_after_a_resume(compose_config: Any) -> None:
    parts = build(compose_config(*TINY, "trainer.on_nonfinite=skip"))
    spoil(parts, "generator", "loss", {0, 1})
    for _ in range(2):
        parts.engine.step(parts.stream)
    again = Guard("skip", parts.game.networks, ("discriminator", "generator"), deferred=False)
    again.load_state_dict(parts.engine.guard.state_dict())
    assert again.state_dict() == {"discriminator": [0, 0], "generator": [2, 2]}
    assert again.told() == {"generator": 2}
