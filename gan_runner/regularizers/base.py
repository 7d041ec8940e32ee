"""What a regularizer is: a further term of a player's objective, or something done to its weights after an update."""

from typing import ClassVar

from torch import Tensor, nn

from gan_runner.types import Critic, Turn


class Regularizer(nn.Module):
    """A term added to the objective of the players it names, or a constraint on their weights.

    A subclass overrides ``forward`` (a term), ``constrain`` (a constraint) or both.
    """

    sides: ClassVar[tuple[str, ...]] = ("discriminator",)
    """Which players pay: ``discriminator``, ``generator`` or both."""
    per_sample: ClassVar[bool] = False
    """True if the term takes each sample's own gradient, which batch norm would mix up across the batch."""

    def forward(self, critic: Critic, turn: Turn) -> Tensor | None:
        """Return the scalar term to be minimised, its weight already applied, or None if there is no term."""
        return None

    def constrain(self, network: nn.Module) -> None:
        """Change the weights of the player's network in place, right after its update; by default nothing."""
