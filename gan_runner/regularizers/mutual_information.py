"""InfoGAN's lower bound on the mutual information of codes and samples."""

import math
from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from gan_runner.regularizers.base import Regularizer, require_from_zero
from gan_runner.types import Codes, Critic, Side, Turn


class MutualInformation(Regularizer):
    r"""Make the latent's codes c readable from the discriminator's features h of the fake samples, for both players.

        weight * E -log Q(c | h(y)),   and logged: the bound L_I = H(c) + E log Q(c | h(y)) <= I(c; y), in nats

    Q is a hidden layer of ``hidden`` units (batch norm, LeakyReLU 0.01) and a linear one: logits for a categorical
    code, the mean of a Gaussian of variance 1 for a continuous one. The discriminator's optimizer trains it. H(c) is
    log K for a categorical code of K values and log 2 for U(-1, 1). A Gaussian of fixed variance cannot be sharper
    than its own entropy, so a continuous code adds at most log 2 - 1/2 log(2 pi) < 0: the bound is loose there, its
    gradient right.

    Reference: Chen et al. 2016, arXiv 1606.03657, eq. 5 and 6; layers, slope, variance and weight 1 for all codes are
    those of its official code.

    Raises:
        ValueError: if ``weight`` is negative or not finite, ``hidden`` less than 1, or the latent has no codes.
    """

    sides: Sequence[Side] = ("discriminator", "generator")
    needs_features = True

    def __init__(self, weight: float = 1.0, hidden: int = 128) -> None:
        super().__init__()
        require_from_zero("weight", weight, "InfoGAN uses 1")
        if hidden < 1:
            raise ValueError(f"hidden (units of Q) must be 1 or more, got {hidden}; InfoGAN uses 128")
        self.weight = weight
        self.hidden = hidden

    def join(self, feature_dim: int, classes: int, codes: Codes) -> None:
        """Make Q."""
        if not codes.categorical and not codes.continuous:
            raise ValueError(
                "reg=infogan reads codes back from the samples, got a latent without codes; "
                "use loss=infogan, which gives it some, or +arch.latent.categorical=[10] +arch.latent.continuous=2"
            )
        self.codes = codes
        self.entropy = sum(math.log(size) for size in codes.categorical) + codes.continuous * math.log(2)
        self.posterior = nn.Sequential(
            nn.Linear(feature_dim, self.hidden, bias=False),
            nn.BatchNorm1d(self.hidden),
            nn.LeakyReLU(0.01),
            nn.Linear(self.hidden, codes.total - codes.noise),
        )

    def forward(self, critic: Critic, turn: Turn) -> Tensor:
        """Return the weighted -E log Q of the turn's codes, a scalar."""
        assert turn.features is not None
        read: Tensor = self.posterior(turn.features.fake).float()
        asked = turn.latent[:, self.codes.noise :]
        surprise = read.new_zeros(())
        start = 0
        for size in self.codes.categorical:
            where = slice(start, start + size)
            surprise = surprise - (F.log_softmax(read[:, where], 1) * asked[:, where]).sum(1).mean()
            start += size
        squares: Tensor = (read[:, start:] - asked[:, start:]).square().sum(1).mean()
        gaussian = 0.5 * (squares + self.codes.continuous * math.log(2 * math.pi))
        return self.weight * (surprise + gaussian)

    def stats(self, term: Tensor) -> dict[str, Tensor]:
        """Return the ``bound`` L_I in nats."""
        return {"bound": self.entropy - term.detach() / self.weight} if self.weight else {}
