"""What the sets that are drawn at random have in common."""

import torch


def generator_of(count: int, seed: int) -> torch.Generator:
    """Return the generator that ``count`` samples are drawn with; they depend on ``seed`` alone, not on the run's.

    Raises ValueError unless there is something to draw and the seed is one.
    """
    if count < 1:
        raise ValueError(f"count must be a number of samples, got {count}; allowed 1 or more")
    if seed < 0:
        raise ValueError(f"seed must not be negative, got {seed}; allowed 0 or more")
    return torch.Generator().manual_seed(seed)
