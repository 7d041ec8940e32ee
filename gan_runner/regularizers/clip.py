"""Weight clipping, the constraint of the first WGAN."""

import math

import torch
from torch import nn

from gan_runner.regularizers.base import Regularizer


class Clip(Regularizer):
    """Keep every parameter of the discriminator, biases and batch norm's included, within [-bound, bound].

    w <- clip(w, -c, c) after each critic update: Arjovsky et al. 2017, arXiv 1701.07875, Algorithm 1, line 7. The
    official code clips before each update instead, which leaves the weights of its last update outside the box
    while the generator plays. ``only`` names a part of the discriminator, such as ``encoder``; the rest stays free.

    Raises:
        ValueError: if ``bound`` is not a positive number; from ``prepare``, if the discriminator has no part ``only``.
    """

    def __init__(self, bound: float = 0.01, only: str | None = None) -> None:
        super().__init__()
        if not 0 < bound < math.inf:
            raise ValueError(f"bound must be a positive number, got {bound}; use 0.01, as WGAN does, or reg=none")
        self.bound = bound
        self.only = only

    def prepare(self, network: nn.Module) -> None:
        """Check that the network has the part that is clipped; nothing is changed."""
        parts = [name for name, _ in network.named_children()]
        if self.only is not None and self.only not in parts:
            raise ValueError(
                f"clip's only (a part of the discriminator), got {self.only}; allowed here: {', '.join(parts)}, "
                "or null for all; or use an arch that has it"
            )

    @torch.no_grad()
    def constrain(self, network: nn.Module) -> None:
        """Clip the parameters in place."""
        parameters = tuple((network if self.only is None else network.get_submodule(self.only)).parameters())
        # Two kernels in all on a GPU, where clamp_ in a loop would launch one a parameter.
        torch._foreach_clamp_min_(parameters, -self.bound)
        torch._foreach_clamp_max_(parameters, self.bound)
