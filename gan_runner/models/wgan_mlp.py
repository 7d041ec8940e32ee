"""The fully connected generators on which WGAN and WGAN-GP were tried."""

from typing import Literal

from torch import nn

from gan_runner.models import mlp
from gan_runner.types import Shape


class Generator(mlp.Generator):
    """z - ``layers`` hidden ReLU layers of ``width`` - picture.

    WGAN (arXiv 1701.07875) in its authors' code: three layers of 512 and nothing after the last layer, PyTorch's
    starting weights; its paper counts four. Pictures may then leave -1..1, the range of the data: the critic sees them
    as they are, and where they are drawn they are clamped. WGAN-GP (arXiv 1704.00028) in its authors' code: four layers
    of 512, ``output="tanh"``, ``init="he"`` as in `mlp.Generator`.
    """

    def __init__(
        self,
        latent_dim: int,
        shape: Shape,
        width: int = 512,
        layers: int = 3,
        output: Literal["linear", "tanh"] = "linear",
        init: mlp.Init = "default",
    ) -> None:
        if layers < 1:
            raise ValueError(f"hidden layers, got {layers}; allowed 1 or more; WGAN's code has 3, WGAN-GP's 4")
        super().__init__(latent_dim, shape, [width] * layers, "relu", init=init)
        self.output = nn.Identity() if output == "linear" else nn.Tanh()
