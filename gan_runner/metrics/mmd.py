"""The kernel two-sample test: how far a kernel tells generated samples from the data, and whether by chance."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from gan_runner.data.source import Source
from gan_runner.errors import UsageError
from gan_runner.metrics.base import Direction, Metric
from gan_runner.metrics.batches import batches_of, random_part
from gan_runner.types import Generated

SEED = 4
MOST = 5000
FACTORS = (0.5, 1.0, 2.0)
"""The widths of the kernels, as multiples of the median distance."""
TIE = 1e-12
"""Statistics this near to each other, as a share of the kernels' sum, differ by rounding alone."""


class MMD(Metric):
    """The maximum mean discrepancy between generated samples and data, and the p-value of a permutation test.

    ``mmd2``  the unbiased estimate of MMD^2 (Gretton et al. 2012, A Kernel Two-Sample Test, Journal of Machine Learning
              Research 13, lemma 6) under the mean of three Gaussian kernels exp(-|a - b|^2 / (2 s^2)), whose widths s
              are 1/2, 1 and 2 times the median distance of the data (section 8 there). 0 in the mean for equals, and by
              chance below it; at most 2.
    ``p``     share of ``permutations`` of the samples' kinds, the true one counted in (Phipson and Smyth 2010,
              arXiv:1603.05766), with an mmd2 at least as large: below 0.05 the samples can be told from the data. A
              generator as good as the data has any p with equal chance. It is 1/(1 + permutations) for whatever can be
              told, so it says when to stop and not what is best.

    ``samples`` generated and as many real ones are compared, never more than half of the data; the median is that of
    as many others, so that the kernels know nothing of the samples tested, and the test is exact. Points are taken as
    they are, pictures as the list of their pixels (-1..1), and everything is worked out in float64 on the CPU: memory
    for some 12 numbers a pair of samples.
    """

    directions: ClassVar[Mapping[str, Direction]] = {"mmd2": "min", "p": "max"}

    def __init__(self, samples: int = 500, permutations: int = 1000, monitor: Literal["mmd2", "p"] = "mmd2") -> None:
        if not 2 <= samples <= MOST:
            raise ValueError(f"samples are compared in pairs, got {samples}; allowed 2 to {MOST}; 500 is usual")
        if permutations < 1:
            raise ValueError(f"permutations must be a number of them, got {permutations}; allowed 1 or more")
        self.samples = self._wanted = samples
        self.monitor = monitor
        self._permutations = permutations

    def check(self, source: Source) -> None:
        """Settle on the number of samples; raise UsageError if the data are too few to compare two with two others."""
        if len(source) < 4:
            raise UsageError(
                f"metric=mmd compares halves of the data; got data {source.name} with {len(source)}; "
                "use 4 or more, or metric=none"
            )
        self.samples = min(self._wanted, len(source) // 2)

    def prepare(self, source: Source, device: torch.device) -> None:
        """Draw the real samples, and fix the kernels' widths and the permutations."""
        self.check(source)
        halves = torch.split(random_part(source, 2 * self.samples, SEED), self.samples)
        self._real, others = (_rows(batches_of(source, half, torch.device("cpu"))) for half in halves)
        upper = torch.triu(torch.ones(self.samples, self.samples, dtype=torch.bool), diagonal=1)
        median = float(torch.cdist(others, others)[upper].median())
        if median == 0:
            raise UsageError(
                f"metric=mmd takes its kernels' width from the median distance; got data {source.name}, where most "
                "samples are the same; use metric=none"
            )
        self._widths = [factor * median for factor in FACTORS]

    def evaluate(self, batches: Iterable[Generated]) -> dict[str, float]:
        """Return ``mmd2`` and ``p``."""
        both = torch.cat([self._real, _rows(batch.samples for batch in batches)])
        squares = torch.cdist(both, both).square()
        kernel = torch.stack([torch.exp(squares / (-2 * width**2)) for width in self._widths]).mean(dim=0)
        mmd2, p = two_sample_test(kernel, self._permutations)
        return {"mmd2": mmd2, "p": p}

    def describe(self, values: Mapping[str, float]) -> str:
        """Return e.g. ``MMD^2 0.0123, p 0.001``."""
        return f"MMD^2 {values['mmd2']:.2g}, p {values['p']:.3f}"

    def seconds(self) -> float:
        """Return what the kernels take, and a product of matrices for the permutations; measured with 500 samples."""
        return (2 * self.samples) ** 2 * (4e-8 + self._permutations * 1e-10)

    def provenance(self) -> dict[str, Any]:
        """Return the numbers of samples and of permutations, the seed of both, and the kernels' widths."""
        return {
            "samples": self.samples,
            "real": self.samples,
            "permutations": self._permutations,
            "seed": SEED,
            "widths": self._widths,
        }


def two_sample_test(kernel: Tensor, permutations: int) -> tuple[float, float]:
    """Return the unbiased MMD^2 of two sets of N samples and its p-value, from the joint kernel ``[2N, 2N]``.

    With signs s = +1 for one set and -1 for the other, and K the kernel without its diagonal, s K s is the sum within
    the sets less that across, and 1 K 1 that of both; MMD^2 rises with s K s, so only this is worked out for each
    permutation. The permutations are the same every time.
    """
    count = len(kernel) // 2
    kernel = kernel.clone().fill_diagonal_(0)
    generator = torch.Generator().manual_seed(SEED)
    first = torch.rand(permutations, 2 * count, generator=generator).argsort(dim=1) < count
    signs = torch.where(torch.arange(2 * count) < count, 1.0, -1.0).to(kernel)
    total, observed = kernel.sum(), signs @ kernel @ signs
    permuted = torch.where(first, 1.0, -1.0).to(kernel)
    statistics = (permuted @ kernel * permuted).sum(dim=1)
    exceeding = int((statistics >= observed - TIE * total).sum())
    mmd2 = (total + observed) / (2 * count * (count - 1)) - (total - observed) / (2 * count**2)
    return float(mmd2), (1 + exceeding) / (1 + permutations)


def _rows(batches: Iterable[Tensor]) -> Tensor:
    """Return the samples as rows ``[N, F]`` of float64 on the CPU."""
    return torch.cat([batch.cpu().flatten(1).double() for batch in batches])
