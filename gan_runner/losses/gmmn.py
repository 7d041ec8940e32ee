"""The distance of generative moment matching networks."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from gan_runner.losses.base import SampleLoss
from gan_runner.losses.kernels import mmd, require_lengths


@dataclass(frozen=True)
class MaximumMeanDiscrepancy(SampleLoss):
    r"""The samples shall have the moments of the data, all of them: those that Gaussian kernels see.

        G: sqrt(MMD^2(x, y)),   k(a, b) = sum over scales s of exp(-|a - b|^2 / (2 s))

    with the biased estimate of MMD^2. Cost and memory grow with the square of the batch, which must be large.

    Reference: Li, Swersky and Zemel 2015, arXiv 1502.02761. The scales are those of its official code on MNIST, times
    4: its pixels lie within [0, 1], those here within [-1, 1]. That code's weight of 1000 is left out: it divides the
    gradient by its batch of 1000 again.

    Raises:
        ValueError: if a scale is not a positive number, or there is none.
    """

    scales: Sequence[float] = (8.0, 20.0, 40.0, 80.0, 160.0, 320.0)

    def __post_init__(self) -> None:
        require_lengths("scales (squared lengths)", self.scales, "[8,20,40,80,160,320] for digits")

    def distance(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the root of MMD^2 of ``real`` ``[N, D]`` and ``fake`` ``[M, D]``."""
        return mmd(real, fake, self.scales)
