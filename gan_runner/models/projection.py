"""The projection of a picture's features on its class."""

from torch import Tensor, nn
from torch.nn import functional as F


class Projection(nn.Linear):
    """V_c . phi(x): a linear layer without bias from ``features`` numbers to ``classes``, of which each reads one.

    It is the term that a projection discriminator adds to its score (Miyato & Koyama 2018, arXiv 1802.05637, eq. 3).
    ``weight`` is V ``[classes, features]``. As a linear layer it is normalised by ``reg=spectral``, as in the paper.
    """

    def __init__(self, features: int, classes: int) -> None:
        super().__init__(features, classes, bias=False)

    def forward(self, features: Tensor, labels: Tensor) -> Tensor:  # type: ignore[override]
        """Return ``[B]`` from ``features`` ``[B, F]`` and ``labels`` ``[B]`` int64; other classes are not computed."""
        return (F.embedding(labels, self.weight) * features).sum(1)
