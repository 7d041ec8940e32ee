"""What a regularizer is: a further term of a player's objective, or something done to its weights."""

import math
from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor, nn

from gan_runner.types import Codes, Critic, Side, Turn


class Regularizer(nn.Module):
    """A term added to the objective of the players it names, or a constraint on their weights.

    A subclass overrides ``forward`` (a term from samples), ``weight_term`` (one from the weights), ``constrain`` (a
    constraint after each update), ``prepare`` (a change of the network before the first), or several. One with weights
    of its own makes them in ``join``; the discriminator's optimizer trains them, whoever pays.
    """

    sides: Sequence[Side] = ("discriminator",)
    """Which players pay: ``discriminator``, ``generator`` or both."""
    per_sample: ClassVar[bool] = False
    """True if the term takes each sample's own gradient, which batch norm would mix up across the batch."""
    normalizes_weights: ClassVar[bool] = False
    """True if it sets the scale of the weights, which a normalisation of the maps after them would undo."""
    needs_features: ClassVar[bool] = False
    """True if ``forward`` reads the discriminator's features of the turn's samples."""
    needs_labels: ClassVar[bool] = False
    """True if it makes sense only with a generator that is told the class."""
    every: int = 1
    """A lazy term is paid only in every so many turns of its player, and then so many times over."""

    def join(self, feature_dim: int, classes: int, codes: Codes) -> None:
        """Make the weights of its own for features ``[B, feature_dim]``; by default none.

        ``classes`` is the number of labels (0 without labels), ``codes`` the layout of the latents.
        """

    def prepare(self, network: nn.Module) -> None:
        """Change the player's network in place, once, before it gets its optimizer; by default nothing."""

    def forward(self, critic: Critic, turn: Turn) -> Tensor | None:
        """Return the scalar term of this turn to be minimised, its weight already applied, or None if there is none."""
        return None

    def stats(self, term: Tensor) -> dict[str, Tensor]:
        """Return further scalars worth logging, by name, given what ``forward`` returned; by default none."""
        return {}

    def weight_term(self, network: nn.Module) -> Tensor | None:
        """Return the scalar term of the player's own weights, its weight already applied, or None if there is none."""
        return None

    def constrain(self, network: nn.Module) -> None:
        """Change the weights of the player's network in place, right after its update; by default nothing."""


def require_from_zero(name: str, value: float, usual: str) -> None:
    """Raise ValueError, with the ``usual`` values named, unless ``value`` is finite and not negative."""
    if not 0 <= value < math.inf:
        raise ValueError(f"{name} must be a number from 0 up, got {value}; {usual}")


def require_every(every: int) -> int:
    """Return ``every``; ValueError unless it is a number of turns."""
    if every < 1:
        raise ValueError(f"every (turns) must be 1 or more, got {every}; 1 pays in every turn, StyleGAN2 has 16")
    return every


def require_sides(sides: Sequence[Side]) -> Sequence[Side]:
    """Return ``sides``; ValueError if it names no player."""
    if not sides:
        raise ValueError("sides must name who pays, got none; allowed: discriminator, generator or both; or reg=none")
    return sides
