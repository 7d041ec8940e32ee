"""The engine plays rounds of turns. Nothing here waits for the device, and nothing here knows the step number."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor
from torch.optim import Optimizer

from gan_runner import ranks
from gan_runner.data.stream import Stream
from gan_runner.games.base import Draw, Game
from gan_runner.training.device import Precision, autocast
from gan_runner.training.ema import Average
from gan_runner.training.guard import Guard
from gan_runner.training.settings import TrainerSettings
from gan_runner.types import Outcome

Play = Callable[[str, Draw, frozenset[str]], Outcome]


class Round(NamedTuple):
    """Players that play on one draw, whether it is a new one or that of the round before, and if both sides see it."""

    players: tuple[str, ...]
    fresh: bool = True
    shared: bool = False


class Engine:
    """Turns a game and its optimizers into steps.

    A step is ``d_steps`` rounds of the discriminator's players and then ``g_steps`` of the generator's, each round on
    a batch and latents of its own (but see ``latents``); in simultaneous order it is one round in which all move from
    the same weights. Where both sides play on the same latents, the fake samples are made once for both.
    """

    def __init__(
        self,
        game: Game,
        optimizers: Mapping[str, Optimizer],
        settings: TrainerSettings,
        precision: Precision = "fp32",
        play: Play | None = None,
    ) -> None:
        self.game = game
        self.optimizers = dict(optimizers)
        self.precision = precision
        self.simultaneous = settings.order == "simultaneous"
        self.rounds = [Round(tuple(game.players), shared=True)] if self.simultaneous else _rounds(game, settings)
        self.batches_per_step = sum(turns.fresh for turns in self.rounds)
        self.turns = dict.fromkeys(game.players, 0)
        """How often each player has played: what is paid only every so often goes by it."""
        self._play = play or game.play
        # A compiled turn is compiled whole, and one passed over must not have moved the generator's batch norm.
        self._shares = play is None and settings.on_nonfinite != "skip"
        self._lazy = game.lazy
        self._weights = {
            name: [weight for network in player.networks for weight in game.networks[network].parameters()]
            for name, player in game.players.items()
        }
        self.device = next(game.networks.parameters()).device
        self.guard = Guard(settings.on_nonfinite, game.networks, tuple(game.players), self.device.type != "cpu")
        averaged = torch.nn.ModuleDict({name: game.networks[name] for name in game.averaged})
        self.average = None if settings.ema is None else Average(averaged, settings.ema)

    def step(self, stream: Stream, observe: bool = False) -> dict[str, Tensor]:
        """Play one step and return its scalars, still on the device; with ``observe`` the gradient norms too.

        A side that plays several turns reports its last one.
        """
        scalars: dict[str, Tensor] = {}
        terms: dict[str, dict[str, Tensor]] = {}
        draw: Draw | None = None
        for names, fresh, shared in self.rounds:
            if fresh or draw is None:
                draw = self._draw(stream, shared)
            terms |= {self.game.players[name].side: {} for name in names}
            totals: dict[str, Tensor] = {}
            for name in names:
                if not (self.simultaneous and totals):
                    self.guard.begin()
                outcome, totals[name] = self._differentiate(name, draw)
                terms[self.game.players[name].side] |= outcome.terms
                scalars |= outcome.stats
                if observe:
                    scalars[f"grad_norm/{self.game.players[name].side}"] = self._gradient_norm(name)
                if not self.simultaneous:
                    self._move(name, totals[name])
            if self.simultaneous:
                for name in names:
                    self._move(name, totals[name])
        self.game.advance()
        if self.average is not None:
            self.average.update()
        scalars |= self.game.summary(scalars) | _losses(terms)
        return {name: value.detach() for name, value in scalars.items()}

    def rates(self) -> dict[str, float]:
        """Return each side's learning rate."""
        players = self.game.players
        return {players[name].side: float(it.param_groups[0]["lr"]) for name, it in self.optimizers.items()}

    def _draw(self, stream: Stream, shared: bool) -> Draw:
        draw = self.game.draw(stream.next())
        if not (shared and self._shares):
            return draw
        with autocast(self.device, self.precision):
            return self.game.prepare(draw)

    def _differentiate(self, name: str, draw: Draw) -> tuple[Outcome, Tensor]:
        """Return the outcome of the player's turn and its total, whose gradients the weights have by then."""
        self.optimizers[name].zero_grad(set_to_none=True)
        with autocast(self.device, self.precision):
            outcome = self._play(name, draw, self._due(name))
        total: Tensor = sum(outcome.terms.values())  # type: ignore[assignment]
        # `inputs` keeps the other player's weights out of the backward pass: no gradient is computed for them.
        total.backward(inputs=self._weights[name])  # type: ignore[no-untyped-call]
        total = total.detach().float()
        ranks.average_([*self._gradients(name), total])  # all ranks see the same total, and decide the same
        return outcome, total

    def _due(self, name: str) -> frozenset[str]:
        """Return the lazy terms that this turn of the player pays, and count the turn."""
        turn = self.turns[name]
        self.turns[name] += 1
        return frozenset(term for term, every in self._lazy.get(name, {}).items() if turn % every == 0)

    def _gradient_norm(self, name: str) -> Tensor:
        return torch.nn.utils.get_total_norm(self._gradients(name))

    def _gradients(self, name: str) -> list[Tensor]:
        return [weight.grad for weight in self._weights[name] if weight.grad is not None]

    def _move(self, name: str, total: Tensor) -> None:
        if self.guard.admits(name, total, self._gradients(name), self.optimizers[name]):
            self.optimizers[name].step()
            self.game.constrain(name)


def _rounds(game: Game, settings: TrainerSettings) -> list[Round]:
    """Return the rounds of one step."""
    discriminators, generators = (
        tuple(name for name, player in game.players.items() if player.side == side)
        for side in ("discriminator", "generator")
    )
    if not discriminators:
        return [Round(generators)] * settings.g_steps
    shared = settings.latents == "shared"
    rounds = [Round(discriminators)] * (settings.d_steps - 1) + [Round(discriminators, shared=shared)]
    return [*rounds, Round(generators, fresh=not shared), *[Round(generators)] * (settings.g_steps - 1)]


def _losses(terms: dict[str, dict[str, Tensor]]) -> dict[str, Tensor]:
    """Return each side's total, and its terms where there are several."""
    losses: dict[str, Tensor] = {}
    for side, parts in terms.items():
        losses[f"loss/{side}"] = torch.stack([part.detach() for part in parts.values()]).sum()
        if len(parts) > 1:
            losses |= {f"loss/{side}/{name}": part for name, part in parts.items()}
    return losses
