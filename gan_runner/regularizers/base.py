"""What a regularizer is: a further term of a player's objective, or something done to its weights."""

import math
from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor, nn

from gan_runner.types import Critic, Side, Turn


class Regularizer(nn.Module):
    """A term added to the objective of the players it names, or a constraint on their weights.

    A subclass overrides ``forward`` (a term from samples), ``weight_term`` (one from the weights), ``constrain`` (a
    constraint after each update), ``prepare`` (a change of the network before the first), or several.
    """

    sides: Sequence[Side] = ("discriminator",)
    """Which players pay: ``discriminator``, ``generator`` or both."""
    per_sample: ClassVar[bool] = False
    """True if the term takes each sample's own gradient, which batch norm would mix up across the batch."""
    normalizes_weights: ClassVar[bool] = False
    """True if it sets the scale of the weights, which a normalisation of the maps after them would undo."""

    def prepare(self, network: nn.Module) -> None:
        """Change the player's network in place, once, before it gets its optimizer; by default nothing."""

    def forward(self, critic: Critic, turn: Turn) -> Tensor | None:
        """Return the scalar term of this turn to be minimised, its weight already applied, or None if there is none."""
        return None

    def weight_term(self, network: nn.Module) -> Tensor | None:
        """Return the scalar term of the player's own weights, its weight already applied, or None if there is none."""
        return None

    def constrain(self, network: nn.Module) -> None:
        """Change the weights of the player's network in place, right after its update; by default nothing."""


def require_from_zero(name: str, value: float, usual: str) -> None:
    """Raise ValueError, with the ``usual`` values named, unless ``value`` is finite and not negative."""
    if not 0 <= value < math.inf:
        raise ValueError(f"{name} must be a number from 0 up, got {value}; {usual}")


def require_sides(sides: Sequence[Side]) -> Sequence[Side]:
    """Return ``sides``; ValueError if it names no player."""
    if not sides:
        raise ValueError("sides must name who pays, got none; allowed: discriminator, generator or both; or reg=none")
    return sides
