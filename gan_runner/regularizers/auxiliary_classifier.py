"""The auxiliary classifier of AC-GAN: a second head of the discriminator that names the class."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from gan_runner.regularizers.base import Regularizer, require_from_zero
from gan_runner.types import Codes, Critic, Side, Turn


class AuxiliaryClassifier(Regularizer):
    r"""Make the class of a sample readable from the discriminator's features h, for both players.

        D: weight * (-E log C(c | h(x)) - fake_weight * E log C(c | h(y)))
        G: generator_weight * (-E log C(c | h(y)))

    C is the softmax of one linear layer on h, trained by the discriminator's optimizer; c is the label of the real
    sample x, and the one the fake sample y was asked for. L_C of Odena et al. 2017, arXiv 1610.09585, eq. 3 (all
    weights 1). WGAN-GP's code for CIFAR-10 (arXiv 1704.00028) has fake_weight 0, for its critic learns to name the
    classes of real samples only, and generator_weight 0.1.

    Raises:
        ValueError: if a weight is negative or not finite, or the data have no labels.
    """

    sides: Sequence[Side] = ("discriminator", "generator")
    needs_features = True
    needs_labels = True

    def __init__(self, weight: float = 1.0, fake_weight: float = 1.0, generator_weight: float = 1.0) -> None:
        super().__init__()
        require_from_zero("weight", weight, "AC-GAN uses 1")
        require_from_zero("fake_weight", fake_weight, "AC-GAN uses 1")
        require_from_zero("generator_weight", generator_weight, "AC-GAN uses 1")
        self.weight = weight
        self.fake_weight = fake_weight
        self.generator_weight = generator_weight

    def join(self, feature_dim: int, classes: int, codes: Codes) -> None:
        """Make the classifier."""
        if classes < 2:
            raise ValueError(f"reg=acgan tells classes apart, got data with {classes} labels; use labelled data")
        self.classify = nn.Linear(feature_dim, classes)

    def forward(self, critic: Critic, turn: Turn) -> Tensor:
        """Return the weighted cross entropy (nats) of the turn's features ``[B, F]``, a scalar."""
        assert turn.features is not None
        assert turn.labels is not None
        fake = F.cross_entropy(self.classify(turn.features.fake).float(), turn.labels)
        if turn.side == "generator":
            return self.generator_weight * fake
        assert turn.features.real is not None
        real = F.cross_entropy(self.classify(turn.features.real).float(), turn.labels)
        return self.weight * (real + self.fake_weight * fake)
