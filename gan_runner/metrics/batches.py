"""Real samples as metrics look at them: a random part of the data that is always the same, some at a time."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gan_runner.data.source import Source

EXAMINE_BATCH = 500


def random_part(source: Source, count: int, seed: int) -> Tensor:
    """Return the indices ``[n]`` of ``count`` samples of the source in random order, all of them if it has fewer."""
    return torch.randperm(len(source), generator=torch.Generator().manual_seed(seed))[:count]


def batches_of(source: Source, index: Tensor, device: torch.device) -> Iterator[Tensor]:
    """Yield the samples at ``index`` as networks see them, ``[500, *shape]`` float32 at a time on the device."""
    return (source.normalize(source.take(some).to(device)) for some in torch.split(index, EXAMINE_BATCH))
