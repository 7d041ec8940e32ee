"""Generated features measured against the data's: what a metric keeps of the real ones, and the values it gives."""

import functools
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from gan_runner.metrics.base import Direction
from gan_runner.metrics.frechet import frechet_distance, moments
from gan_runner.metrics.neighbours import NEAREST, Neighbourhood, compare, neighbourhood

REFERENCE = 10_000
PAIR_SECONDS = 6e-8
"""What a pair of pictures costs on one CPU core, as each is one of two; measured with 128 features."""
DIRECTIONS: Mapping[str, Direction] = {
    "fid": "min",
    "kid": "min",
    "precision": "max",
    "recall": "max",
    "density": "max",
    "coverage": "max",
}
PAIRWISE = ("kid", "precision", "recall", "density", "coverage")
"""The values that need pairs of pictures."""


def statistics(features: Tensor) -> dict[str, Any]:
    """Return what is kept of real ``features`` ``[N, F]``: their moments, N, and a random 10,000 of them."""
    mean, cov = moments(features)
    chosen = torch.randperm(len(features), generator=torch.Generator().manual_seed(2))[:REFERENCE]
    return {"mean": mean, "cov": cov, "count": len(features), "reference": features[chosen].clone()}


class RealFeatures:
    """The data's features, from `statistics`, ready to be compared with; ``neighbours`` as `check_neighbours` allows.

    The pairwise values are of ``neighbours`` features of each kind, or as many as there are.
    """

    def __init__(self, state: Mapping[str, Any], neighbours: int) -> None:
        self._mean, self._cov = state["mean"], state["cov"]
        self.count: int = state["count"]
        self.neighbours = min(neighbours, len(state["reference"]))
        self._chosen: Tensor = state["reference"][: self.neighbours]

    @functools.cached_property
    def _reference(self) -> Neighbourhood | None:
        """Half a second for 5,000 features: a run spends it at its first evaluation, not before its first step."""
        return neighbourhood(self._chosen) if self.neighbours > NEAREST else None

    def compare(self, fake: Tensor) -> dict[str, float]:
        """Return ``fid`` of all ``fake`` features ``[N, F]``, N >= 2, and the pairwise values if there are enough."""
        values = {"fid": frechet_distance(self._mean, self._cov, *moments(fake))}
        some = fake[: self.neighbours]
        if self._reference is not None and len(some) > NEAREST:
            values |= compare(self._reference, neighbourhood(some))
        return values


def check_neighbours(neighbours: int, monitor: str) -> None:
    """Raise ValueError unless so many pictures can be compared in pairs, and ``monitor`` is among the values then."""
    if neighbours != 0 and not NEAREST < neighbours <= REFERENCE:
        raise ValueError(
            f"neighbours must be a number of pictures, got {neighbours}; allowed {NEAREST + 1} to {REFERENCE}, or 0 "
            f"for none, without {', '.join(PAIRWISE)}"
        )
    if monitor in PAIRWISE and not neighbours:
        raise ValueError(f"monitor={monitor} needs neighbours, got 0; 5000 is usual")
