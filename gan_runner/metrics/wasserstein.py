"""The Wasserstein-1 distance of samples and data: exact for points, sliced for pictures."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn.functional import normalize

from gan_runner.data.source import Source
from gan_runner.errors import UsageError
from gan_runner.metrics.base import Direction, Metric
from gan_runner.metrics.batches import batches_of, random_part
from gan_runner.metrics.transport import MOST_PAIRED, wasserstein1, wasserstein1_on_lines
from gan_runner.types import Generated

SEED = 3
POINTS = 1000
PICTURES = 10_000
PRODUCTS_PER_SECOND = 3e10
NUMBERS_SORTED_PER_SECOND = 1e7
"""Both on one CPU core; measured."""


class Wasserstein(Metric):
    """How far generated samples would have to be moved to become as many of the data.

    Points have the value ``w1``, pictures ``sliced_w1``; either is the one that decides what is best.

    ``w1``         exact Wasserstein-1 distance (Euclidean) in the points' own units
    ``sliced_w1``  mean, over ``projections`` random unit vectors, of the exact Wasserstein-1 distance between the
                   pictures' products with the vector; pixels as networks see them (-1..1). Rabin et al. 2011,
                   Wasserstein Barycenter and Its Application to Texture Mixing; Bonneel et al. 2015, Sliced and Radon
                   Wasserstein Barycenters of Measures, J. Mathematical Imaging and Vision 51. It sees what is bright
                   and where, and hardly sees whether a picture is sharp.

    ``samples`` generated and as many real ones are compared, 1,000 points or 10,000 pictures unless told, never more
    than half of the data: the other half gives the floor, which is what the data themselves score at this number of
    samples (0.009 for 10,000 MNIST digits, 0.03 for 1,000). A value means nothing without it.

    Nothing is cached: the data's share takes as long as one evaluation, about a second for MNIST.
    """

    directions: ClassVar[Mapping[str, Direction]] = {"w1": "min", "sliced_w1": "min"}

    def __init__(self, samples: int | None = None, projections: int = 512) -> None:
        if samples is not None and samples < 1:
            raise ValueError(f"samples must be a number of samples, got {samples}; allowed 1 or more, or null")
        if projections < 1:
            raise ValueError(f"projections must be a number of vectors, got {projections}; allowed 1 or more")
        self._wanted = samples
        self._projections = projections

    def check(self, source: Source) -> None:
        """Settle on the value and the number of samples; raise UsageError if there are no two samples to compare."""
        if len(source) < 2:
            raise UsageError(
                f"metric=wasserstein compares halves of the data; got data {source.name} with {len(source)}; "
                "use 2 or more, or metric=none"
            )
        if source.is_points and math.prod(source.shape) > 1 and (self._wanted or 0) > MOST_PAIRED:
            raise UsageError(
                f"metric.samples: points are paired one by one, in O(n^3), got {self._wanted}; "
                f"allowed 1 to {MOST_PAIRED} of data {source.name}; 1000 is usual"
            )
        usual = POINTS if source.is_points else PICTURES
        self.samples = min(self._wanted or usual, len(source) // 2)
        self.monitor = "w1" if source.is_points else "sliced_w1"

    def prepare(self, source: Source, device: torch.device) -> None:
        """Draw the real samples, and measure the floor between them and as many others."""
        self.check(source)
        self._device = torch.device("cpu") if source.is_points else device
        self._size = math.prod(source.shape)
        self._directions = self._unit_vectors(source.is_points)
        halves = torch.split(random_part(source, 2 * self.samples, SEED), self.samples)
        self._real, others = (self._compared(batches_of(source, half.sort().values, self._device)) for half in halves)
        self._floor = self._distance(others)

    def evaluate(self, batches: Iterable[Generated]) -> dict[str, float]:
        """Return ``w1`` of points or ``sliced_w1`` of pictures."""
        return {self.monitor: self._distance(self._compared(batch.samples for batch in batches))}

    def describe(self, values: Mapping[str, float]) -> str:
        """Return e.g. ``sliced W1 0.0312 (the data themselves: 0.0096)``."""
        name = self.monitor.replace("_", " ").replace("w1", "W1")
        return f"{name} {values[self.monitor]:.4f} (the data themselves: {self._floor:.4f})"

    def seconds(self) -> float:
        """Return what the assignment takes, 0.1 s for 1,000 points and its cube law; or projecting and sorting."""
        if self._directions is None:
            return 0.1 * (self.samples / 1000) ** 3
        numbers = self.samples * len(self._directions)
        return numbers * (self._size / PRODUCTS_PER_SECOND + 2 / NUMBERS_SORTED_PER_SECOND)

    def provenance(self) -> dict[str, Any]:
        """Return the numbers of samples and of projections (0 for points), the seed of both, and the floor."""
        projections = self._projections if self.monitor == "sliced_w1" else 0
        return {
            "samples": self.samples,
            "real": self.samples,
            "projections": projections,
            "seed": SEED,
            "floor": self._floor,
        }

    def _unit_vectors(self, points: bool) -> Tensor | None:
        """Return the vectors ``[P, D]`` that samples are projected on; None for points with more than one number."""
        if points:
            return torch.ones(1, 1, dtype=torch.float64) if self._size == 1 else None
        generator = torch.Generator().manual_seed(SEED)
        return normalize(torch.randn(self._projections, self._size, generator=generator), dim=1).to(self._device)

    def _compared(self, batches: Iterable[Tensor]) -> Tensor:
        """Return what is compared of samples: the points ``[N, D]`` in float64, or projections ``[P, N]``."""
        vectors = self._directions
        if vectors is None:
            return torch.cat([batch.cpu() for batch in batches]).double()
        return torch.cat([vectors @ batch.to(vectors).flatten(1).T for batch in batches], dim=1)

    def _distance(self, fake: Tensor) -> float:
        return (wasserstein1 if self._directions is None else wasserstein1_on_lines)(self._real, fake)
