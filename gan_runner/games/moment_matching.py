"""A generator alone: its samples shall have the moments of the data."""

from collections.abc import Mapping
from typing import Literal

from torch import nn

from gan_runner import ranks
from gan_runner.games.base import NO_TERMS, Draw, Player
from gan_runner.games.latent import LatentGame
from gan_runner.games.prior import Prior
from gan_runner.losses.base import SampleLoss
from gan_runner.regularizers.base import Regularizer
from gan_runner.types import Outcome


class MomentMatching(LatentGame):
    """The generator minimises ``loss.distance(real, fake)`` between two sets of flattened samples; nobody opposes it.

    Reference: Li et al. 2015, arXiv 1502.02761 (generative moment matching networks).
    """

    players: Mapping[str, Player] = {"generator": Player("generator", ("generator",))}

    def __init__(
        self,
        generator: nn.Module,
        loss: SampleLoss,
        regularizers: Mapping[str, Regularizer],
        prior: Prior,
        classes: int = 0,
        sampling: Literal["running", "batch"] = "running",
    ) -> None:
        super().__init__(prior, sampling, classes)
        if not isinstance(loss, SampleLoss):
            raise ValueError(
                f"moment_matching has no discriminator, got loss {type(loss).__name__}, which needs one; "
                "use loss=gmmn, or game=adversarial"
            )
        if regularizers:
            raise ValueError(f"moment_matching takes no regularizers, got reg={next(iter(regularizers))}; use reg=none")
        if getattr(generator, "conditional", False):
            raise ValueError("moment_matching compares samples without their labels; use an unconditional arch")
        self.loss = loss
        self.networks = nn.ModuleDict({"generator": generator})

    def play(self, player: str, draw: Draw, due: frozenset[str] = NO_TERMS) -> Outcome:
        """Return the distance of the real batch from as many fakes, all ranks' together."""
        both = draw.batch.real, self._fake(draw)
        real, fake = (ranks.gather(samples.flatten(1).float()) for samples in both)
        return Outcome({"distance": self.loss.distance(real, fake)}, {})

    def constrain(self, player: str) -> None:
        """Nothing constrains the generator."""
