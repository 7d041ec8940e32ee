"""What a loss is: maths on scores, real before fake, everything to be minimised."""

from abc import ABC, abstractmethod
from typing import ClassVar

from torch import Tensor

from gan_runner.types import Turn


class Loss(ABC):
    """A pair of objectives on the discriminator's raw scores (no sigmoid).

    Both methods return a scalar to be minimised by that player. A loss that must see the samples themselves sets
    ``needs_turn`` and then receives ``turn=`` as a keyword in both; with ``needs_features`` too, the discriminator's
    features are in it. A loss with a state of its own is an ``nn.Module`` as well, its state in buffers.
    """

    needs_turn: ClassVar[bool] = False
    needs_features: ClassVar[bool] = False
    needs_energy: ClassVar[bool] = False
    """Whether the scores must be minus an energy, so at most 0: on free scores the objective has no lower bound."""
    needs_labels: ClassVar[bool] = False
    """Whether both players must be told the class."""
    has_targets: ClassVar[bool] = True
    """Whether the discriminator tells real from fake by a target for each, which can be smoothed."""
    uses_real_scores: ClassVar[bool] = False
    """Whether the generator's objective reads the real scores (relativistic ones do); otherwise it is handed None."""
    couples_samples: ClassVar[bool] = False
    """Whether it is more than a mean over samples or pairs, so that a batch cannot be judged in parts.

    Several processes then show each other their scores and features (`gathered`)."""

    @abstractmethod
    def discriminator(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        """Return what the discriminator minimises, given scores ``[B]`` of real and of fake samples."""

    @abstractmethod
    def generator(self, real_scores: Tensor | None, fake_scores: Tensor) -> Tensor:
        """Return what the generator minimises, given scores ``[B]`` of fake (and, if it asks, of real) samples."""

    def stats(self, real_score: Tensor, fake_score: Tensor) -> dict[str, Tensor]:
        """Return further scalars worth logging, by name, given the mean scores E f(x) and E f(y); by default none."""
        return {}


class SeparableLoss(Loss):
    """A loss whose discriminator objective is a sum of one term on real and one on fake scores.

    Only such a loss can be trained with ``trainer.d_update=separate``, one optimizer per term.
    """

    @abstractmethod
    def real_term(self, real_scores: Tensor) -> Tensor:
        """Return the discriminator's term on the real scores ``[B]``."""

    @abstractmethod
    def fake_term(self, fake_scores: Tensor) -> Tensor:
        """Return the discriminator's term on the fake scores ``[B]``."""

    def discriminator(self, real_scores: Tensor, fake_scores: Tensor, turn: Turn | None = None) -> Tensor:
        """Return the sum of the two terms; ``turn`` is for the generator's objective."""
        return self.real_term(real_scores) + self.fake_term(fake_scores)


class SampleLoss(ABC):
    """A distance between two sets of samples, minimised by a generator that plays alone (``game=moment_matching``)."""

    @abstractmethod
    def distance(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the scalar distance of ``real`` ``[N, D]`` from ``fake`` ``[M, D]``."""
