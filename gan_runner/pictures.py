"""Samples as a person looks at them: grids of pictures, or points with the discriminator's scores."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gan_runner.data.source import Source
from gan_runner.data.standins.hanzi import strokes
from gan_runner.reporting.captions import Strokes
from gan_runner.reporting.density import density
from gan_runner.reporting.images import grid
from gan_runner.reporting.landscape import scatter
from gan_runner.reporting.sheet import sheet, stacked
from gan_runner.training.sampler import LatentSampler, Sampler
from gan_runner.views import Rows, by_class, code_sweeps, interpolation

GRID = 64
POINTS = 1000
CHANNELS = (1, 3)
PLOTS = {1: density, 2: scatter}
"""How points are drawn, by their dimension."""


def draw_views(source: Source, sampler: Sampler, score: Callable[[Tensor], Tensor] | None) -> dict[str, Tensor]:
    """Return uint8 pictures ``[C, H, W]`` of the samples by name, ``samples`` first; none for what has no picture.

    ``samples`` are those of `draw_samples`, or a row a class where the generator is told the class. Generators of
    pictures also get ``interpolation`` and, if their latents have codes, ``codes``.
    """
    if not (isinstance(sampler, LatentSampler) and shown_as_grid(source)):
        drawn = draw_samples(source, sampler, score)
        return {} if drawn is None else {"samples": drawn}
    if sampler.conditional:
        samples = draw_rows(source, [by_class(sampler, source.classes)])
    else:
        samples = _grid(source, sampler(GRID))
    views = {"samples": samples, "interpolation": draw_rows(source, [interpolation(sampler)])}
    if sweeps := code_sweeps(sampler):
        views["codes"] = draw_rows(source, sweeps)
    return views


def draw_rows(source: Source, blocks: Sequence[Rows]) -> Tensor:
    """Return blocks of rows of generated pictures one below the other as one uint8 picture ``[C, H, W]``."""
    return stacked(
        [sheet(rows.samples.cpu(), rows.captions, source.low, source.high, known_strokes) for rows in blocks]
    )


def shown_as_grid(source: Source) -> bool:
    """Return whether the samples are grey or colour pictures."""
    return not source.is_points and source.shape[0] in CHANNELS


def known_strokes(character: str) -> Strokes | None:
    """Return the strokes of a Chinese character of GB 2312 level 1, None for another."""
    try:
        return strokes(character)
    except KeyError:
        return None


def draw_samples(
    source: Source, sample: Callable[[int], Tensor], score: Callable[[Tensor], Tensor] | None
) -> Tensor | None:
    """Return generated samples as a uint8 picture ``[C, H, W]``; None for what cannot be shown.

    That is points of more than two dimensions, and pictures of other than one or three channels.

    Pictures come as a grid of 64; points as 1,000 with as many real ones and the scores: densities on a line, a scatter
    over the landscape in the plane.
    """
    if shown_as_grid(source):
        return _grid(source, sample(GRID))
    if not source.is_points:
        return None
    plot = PLOTS.get(source.shape[0])
    return plot and plot(_spread(source, POINTS), sample(POINTS).cpu(), score)


def draw_real(source: Source) -> Tensor | None:
    """Return real samples drawn the same way, spread evenly over the data set."""
    if shown_as_grid(source):
        return _grid(source, source.normalize(_spread(source, GRID)))
    if not source.is_points:
        return None
    plot, points = PLOTS.get(source.shape[0]), _spread(source, POINTS)
    return plot and plot(points, points[:0], None)


def _grid(source: Source, pictures: Tensor) -> Tensor:
    """Return pictures scaled as networks see them side by side."""
    return grid(pictures.cpu(), source.low, source.high)


def _spread(source: Source, count: int) -> Tensor:
    """Return ``count`` raw samples at equal distances in the data set, or all if there are fewer."""
    return source.take(torch.linspace(0, len(source) - 1, min(count, len(source))).long())
