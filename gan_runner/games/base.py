"""What a game is: who plays, what a turn needs, and what each player minimises."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gan_runner.types import Batch, Generated, Outcome, Side

NO_TERMS: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Player:
    """One optimizer's worth of play: the side it is on and the names of the networks it trains."""

    side: Side
    networks: tuple[str, ...]


@dataclass(frozen=True)
class Draw:
    """A batch and the latents that go with it: all that one round's turns are played on.

    ``fake`` is what the generator makes of them, differentiable in its weights, where it was made for several turns.
    """

    batch: Batch
    latent: Tensor
    fake: Tensor | None = None


class Game(ABC):
    """Players, their networks and their objectives; it knows neither optimizers nor the step number.

    ``networks`` is all that is trained, saved and restored; ``players`` maps a player's name to what it trains, in
    playing order; ``averaged`` names the networks that are sampled, and so are worth a running average.
    """

    networks: nn.ModuleDict
    players: Mapping[str, Player]
    averaged: tuple[str, ...]

    @property
    def lazy(self) -> Mapping[str, Mapping[str, int]]:
        """Of each player, its terms that are not paid in every turn and their periods in turns; by default none."""
        return {}

    @abstractmethod
    def draw(self, batch: Batch) -> Draw:
        """Return ``batch`` with the random numbers of this round, taken from torch's global generator."""

    def prepare(self, draw: Draw) -> Draw:
        """Return ``draw`` with what its turns have in common made once; by default they have nothing in common."""
        return draw

    @abstractmethod
    def play(self, player: str, draw: Draw, due: frozenset[str] = NO_TERMS) -> Outcome:
        """Return what ``player`` minimises on ``draw``: tensors in, scalars out, nothing read by the host.

        ``due`` names the lazy terms that are paid this time.
        """

    @abstractmethod
    def constrain(self, player: str) -> None:
        """Bring the player's weights back to where they may be, right after its update."""

    @abstractmethod
    def batches(self, count: int, rng: torch.Generator, networks: nn.ModuleDict | None = None) -> Iterator[Generated]:
        """Yield ``count`` samples in batches, from latents drawn with ``rng`` (a CPU generator).

        ``networks`` replaces the game's own (the running average, say). Training state is left untouched.
        """

    def sample(self, count: int, rng: torch.Generator, networks: nn.ModuleDict | None = None) -> Tensor:
        """Return the samples of `batches` in one tensor ``[count, *shape]``."""
        return torch.cat([batch.samples for batch in self.batches(count, rng, networks)])

    def advance(self) -> None:  # noqa: B027 - most games have nothing to note
        """Take note that a step was played, all of its turns; by default nothing."""

    def summary(self, scalars: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return further scalars worth logging, worked out from those of a whole step; by default none."""
        return {}

    def scorer(self) -> Callable[[Tensor], Tensor] | None:
        """Return what maps samples ``[N, *shape]`` to the discriminator's scores ``[N]``; None without one."""
        return None
