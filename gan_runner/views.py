"""Samples side by side, so that a person sees what the generator has learned: by class, by code, between latents."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from gan_runner.games.prior import Prior

ROWS = 8
COLUMNS = 10
NOISES = 4
"""Rows of a code's sweep, each with noise of its own."""
REACH = 2.0
"""A continuous code is swept to twice the range it is trained on, as in InfoGAN's figures."""


class Generates(Protocol):
    """A generator as it stands, with the prior that feeds it and the number of labels it is told."""

    prior: Prior
    classes: int
    conditional: bool

    def draw(self, count: int) -> Tensor:
        """Return latents ``[count, Z]``, the same every time."""

    def generate(self, latent: Tensor, labels: Tensor | None) -> Tensor:
        """Return the samples ``[B, *shape]`` of ``latent`` ``[B, Z]`` and ``labels`` ``[B]``."""


@dataclass(frozen=True)
class Rows:
    """Samples ``[R, C, *shape]`` and what stands below them: a caption a row, or one below the last row."""

    samples: Tensor
    captions: tuple[str, ...] = ()


def by_class(generator: Generates, names: Sequence[str], labels: Sequence[int] | None = None) -> Rows:
    """Return one row for each of ``labels``, by default at most ten spread evenly over all; the same latents in each.

    ``names`` are those of all classes.
    """
    spread = torch.linspace(0, len(names) - 1, min(COLUMNS, len(names))).round().long()
    chosen = spread if labels is None else torch.tensor(labels)
    latent = generator.draw(COLUMNS).repeat(len(chosen), 1)
    samples = generator.generate(latent, chosen.repeat_interleave(COLUMNS))
    captions = tuple(names[number] for number in chosen.tolist())
    return Rows(samples.reshape(len(chosen), COLUMNS, *samples.shape[1:]), captions)


def interpolation(generator: Generates) -> Rows:
    """Return eight rows of ten samples, from one latent to another in equal steps; class and codes stay a row's own.

    Gaussian latents turn along the great circle between the two (spherical interpolation, White 2016, arXiv
    1609.04468), because the straight line leads through lengths that they never have; others go straight.
    """
    first, last = generator.draw(2 * ROWS).chunk(2)
    share = torch.linspace(0, 1, COLUMNS)[None, :, None]
    noise = generator.prior.dim
    start, end = first[:, None, :noise], last[:, None, :noise]
    if generator.prior.distribution == "normal":
        angle = torch.arccos(F.cosine_similarity(start, end, dim=2).clamp(-1, 1)).clamp(min=1e-4)[..., None]
        between = (torch.sin((1 - share) * angle) * start + torch.sin(share * angle) * end) / torch.sin(angle)
    else:
        between = torch.lerp(start, end, share)
    latent = torch.cat([between, first[:, None, noise:].expand(-1, COLUMNS, -1)], 2).flatten(0, 1)
    labels = torch.arange(ROWS).remainder(generator.classes) if generator.conditional else None
    samples = generator.generate(latent, None if labels is None else labels.repeat_interleave(COLUMNS))
    return Rows(samples.reshape(ROWS, COLUMNS, *samples.shape[1:]))


def code_sweeps(generator: Generates) -> list[Rows]:
    """Return a block for each code: a column for each of its values, a row for each of four noises, all else fixed."""
    codes = generator.prior.codes
    sweeps: list[tuple[slice, Tensor, str]] = []
    start = codes.noise
    for number, size in enumerate(codes.categorical, 1):
        text = f"categorical code {number}: a column for each of its {size} values"
        sweeps.append((slice(start, start + size), torch.eye(size), text))
        start += size
    for number in range(1, codes.continuous + 1):
        values = torch.linspace(-REACH, REACH, COLUMNS)[:, None]
        text = f"continuous code {number}: from {-REACH:g} to {REACH:g} (trained on -1 to 1)"
        sweeps.append((slice(start, start + 1), values, text))
        start += 1
    blocks = []
    for where, values, text in sweeps:
        latent = generator.draw(NOISES)[:, None].repeat(1, len(values), 1)
        latent[:, :, where] = values
        labels = torch.zeros(NOISES * len(values), dtype=torch.int64) if generator.conditional else None
        samples = generator.generate(latent.flatten(0, 1), labels)
        blocks.append(Rows(samples.reshape(NOISES, len(values), *samples.shape[1:]), (text,)))
    return blocks
