"""The zero-centred gradient penalties R1 and R2."""

from typing import Literal

from torch import Tensor

from gan_runner.regularizers.base import Regularizer, require_every, require_from_zero
from gan_runner.regularizers.slopes import slopes
from gan_runner.types import Critic, Turn


class ZeroCentered(Regularizer):
    r"""Flatten the critic where the ``real`` samples are (R1) or where the ``fake`` ones are (R2).

        gamma / 2 * E ||grad f(x)||_2^2

    The norm runs over all dimensions of a sample; f is the sum of a sample's scores where it has several (patches).
    Near the equilibrium training with either of them converges, where that without need not; both together are R3GAN's
    choice (arXiv 2501.05441).

    Reference: Mescheder et al. 2018, arXiv 1801.04406, section 4.1. ``gamma`` is the paper's: its official code leaves
    out the factor 1/2, so that its ``reg_param`` of 10 is ``gamma`` 20 here.

    Raises:
        ValueError: if ``gamma`` is negative or not finite, or ``every`` is less than 1.
    """

    per_sample = True

    def __init__(self, gamma: float = 10.0, at: Literal["real", "fake"] = "real", every: int = 1) -> None:
        super().__init__()
        self.every = require_every(every)
        require_from_zero("gamma", gamma, "10 is usual")
        self.gamma = gamma
        self.at = at

    def forward(self, critic: Critic, turn: Turn) -> Tensor:
        """Return the weighted penalty, float32 scalar, for real or fake samples ``[B, *shape]``."""
        samples = turn.real if self.at == "real" else turn.fake
        return 0.5 * self.gamma * slopes(critic, samples).square().sum(1).mean()
