"""Samples as a person looks at them: a grid of pictures, or points over the discriminator's landscape."""

from collections.abc import Callable

import torch
from torch import Tensor

from gan_runner.data.source import Source
from gan_runner.reporting.images import grid
from gan_runner.reporting.landscape import scatter

GRID = 64
POINTS = 1000


def draw_samples(
    source: Source, sample: Callable[[int], Tensor], score: Callable[[Tensor], Tensor] | None
) -> Tensor | None:
    """Return generated samples as a uint8 picture ``[C, H, W]``; None for points that have no plane to lie in.

    Pictures come as a grid of 64; 2-D points as a scatter of 1,000 with as many real ones, over the scores.
    """
    if not source.is_points:
        return grid(sample(GRID).cpu(), source.low, source.high)
    return scatter(source.samples[_spread(source, POINTS)], sample(POINTS).cpu(), score)


def draw_real(source: Source) -> Tensor | None:
    """Return real samples drawn the same way, spread evenly over the data set."""
    if source.is_points:
        points = source.samples[_spread(source, POINTS)]
        return scatter(points, points[:0], None)
    return grid(source.normalize(source.samples[_spread(source, GRID)]), source.low, source.high)


def _spread(source: Source, count: int) -> Tensor:
    return torch.linspace(0, len(source) - 1, min(count, len(source))).long()
