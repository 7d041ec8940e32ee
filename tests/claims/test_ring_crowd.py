"""Crowds on the ring: what a game changes, and how their generators are judged."""

import pytest
import torch

from gan_runner.claims.many import Crowd, crowd
from gan_runner.claims.ring import WORST
from gan_runner.claims.ring_crowd import LATENT, WIDTHS, Game, Judge, _largest, play
from gan_runner.losses.glsgan import GeneralizedLossSensitive
from gan_runner.losses.nonsaturating import NonSaturating
from gan_runner.losses.relativistic import Relativistic
from gan_runner.models.mlp import Generator
from gan_runner.regularizers.clip import Clip
from gan_runner.regularizers.zero_centered import ZeroCentered

GAMES = {
    "packed": Game(NonSaturating(), packing=2),
    "penalised": Game(Relativistic("paired"), (ZeroCentered(1.0), ZeroCentered(1.0, "fake"))),
    "pairs, clipped": Game(GeneralizedLossSensitive(margin=1.0), (Clip(0.08),)),
    "spectral": Game(NonSaturating(), spectral=True),
}


@pytest.mark.parametrize("name", GAMES)
def test_every_game_is_played_and_each_seed_has_a_loss_of_its_own(name: str) -> None:
    seen: list[tuple[int, list[float]]] = []
    play(GAMES[name], 2, 3, lambda step, generators, losses: seen.append((step, losses)))
    assert [step for step, _ in seen] == [1, 2, 3]
    assert all(len(losses) == len(set(losses)) == 2 for _, losses in seen)


def test_a_term_that_outweighs_the_loss_flattens_the_critic() -> None:
    ends = {}
    for gamma in (0.0, 1e3):
        last: list[float] = []
        game = Game(Relativistic("paired"), (ZeroCentered(gamma),))
        play(game, 2, 60, lambda step, generators, losses, last=last: last.__setitem__(slice(None), losses))
        ends[gamma] = [abs(loss - 0.6931) for loss in last]  # log 2, the loss where all scores are alike
    assert 10 * max(ends[1e3]) < min(ends[0.0])


def test_one_iteration_a_pass_finds_the_largest_singular_values() -> None:
    weight = torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(0))
    unit = torch.ones(3, 5, 1)
    for _ in range(200):
        found = _largest(weight, unit)
    torch.testing.assert_close(found.flatten(), torch.linalg.matrix_norm(weight, ord=2))


def test_generators_are_judged_seed_by_seed_and_lost_ones_as_worst() -> None:
    generators = crowd(lambda: Generator(LATENT, (2,), WIDTHS), 2)
    weights = {name: weight.detach().clone() for name, weight in generators.weights.items()}
    weights["head.bias"][1] = 1e6
    first, second = Judge()(Crowd(generators.shape, weights))
    assert first["w1"] < 2
    assert second == WORST
