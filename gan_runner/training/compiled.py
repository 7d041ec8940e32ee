"""torch.compile for a game's turns, trusted only after its gradients were compared with the plain ones."""

import logging
from collections.abc import Mapping
from typing import Any, cast

import torch

from gan_runner.games.base import Draw, Game
from gan_runner.training.device import Precision, autocast
from gan_runner.training.engine import Play
from gan_runner.training.seed import isolated_rng

log = logging.getLogger(__name__)

TOLERANCE = {"fp32": 1e-3, "fast": 1e-2, "bf16": 5e-2}
"""Largest relative difference of a player's whole gradient that reordered sums in each precision may explain."""


def compiled_play(game: Game, draw: Draw, precision: Precision, backend: str = "inductor") -> Play:
    """Return ``game.play`` compiled, or ``game.play`` itself if compiling fails or changes any player's gradient.

    Compiled double backward (gradient penalties) has been silently wrong in some torch versions; one wrong gradient
    would spoil a whole run, so every player is differentiated both ways on ``draw`` first. Buffers and random states
    are put back afterwards.
    """
    # The compiler's own random numbers would differ from the plain turn's, and a resumed run from itself.
    options: dict[str, Any] | None = {"fallback_random": True} if backend == "inductor" else None
    torch.compiler.reset()  # variants of earlier runs in this process count against a limit, beyond it nothing compiles
    play = cast(Play, torch.compile(game.play, backend=backend, options=options))
    saved = {name: buffer.clone() for name, buffer in game.networks.named_buffers()}
    try:
        for player in game.players:
            gradients = []
            for turn in (game.play, play):
                gradients.append(_gradient(game, turn, player, draw, precision))
                _put_back(game, saved)  # a turn that starts from other buffers has another gradient
            difference = _difference(*gradients)
            if not difference <= TOLERANCE[precision]:
                log.warning("trainer.compile: %s's gradient differs by %.1e; running uncompiled", player, difference)
                return game.play
    except Exception as error:  # whatever the compiler trips over, the plain path still trains
        log.warning("trainer.compile failed (%s); running uncompiled", str(error).splitlines()[0])
        return game.play
    finally:
        _put_back(game, saved)
        game.networks.zero_grad(set_to_none=True)
    return play


def _put_back(game: Game, saved: Mapping[str, torch.Tensor]) -> None:
    for name, buffer in game.networks.named_buffers():
        buffer.copy_(saved[name])


def _gradient(game: Game, play: Play, player: str, draw: Draw, precision: Precision) -> torch.Tensor:
    weights = [weight for name in game.players[player].networks for weight in game.networks[name].parameters()]
    game.networks.zero_grad(set_to_none=True)
    with isolated_rng():
        with autocast(weights[0].device, precision):
            terms = play(player, draw, frozenset(game.lazy.get(player, ()))).terms
        sum(terms.values()).backward(inputs=weights)  # type: ignore[union-attr]
    return torch.cat([torch.zeros_like(w).flatten() if w.grad is None else w.grad.flatten() for w in weights])


def _difference(plain: torch.Tensor, compiled: torch.Tensor) -> float:
    return float((plain - compiled).norm() / plain.norm().clamp_min(1e-12))
