"""Gaussian kernels on pairs of samples, and the distance between two sets of samples that they make."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

FLOOR = 1e-12
"""Below this MMD^2 its square root is continued by a line through 0: the root's slope would be infinite there."""


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Return |a_i - b_j|^2 ``[N, M]`` of the rows of ``a`` ``[N, D]`` and ``b`` ``[M, D]``, never below 0.

    From |a|^2 + |b|^2 - 2 a.b, which needs memory for N M numbers instead of N M D; its rounding grows with the rows'
    distance from 0, so centre them first.
    """
    squares = a.square().sum(1).unsqueeze(1) + b.square().sum(1)
    return (squares - 2.0 * a @ b.T).clamp_min(0.0)


def squared_mmd(real: Tensor, fake: Tensor, scales: Sequence[float]) -> Tensor:
    r"""Return the biased MMD^2 of ``real`` ``[N, D]`` and ``fake`` ``[M, D]`` under a sum of Gaussian kernels.

        mean k(x, x') - 2 mean k(x, y) + mean k(y, y'),   k(a, b) = sum_s exp(-|a - b|^2 / (2 s))

    over all pairs, those of a sample with itself included. A scale s is a squared length: it is not squared again.

    Reference: Gretton et al. 2012, A Kernel Two-Sample Test, Journal of Machine Learning Research 13.
    """
    # Products rounded to bf16 would leave nothing of the distances between close samples.
    with torch.autocast(real.device.type, enabled=False):
        centre = real.mean(0).detach()
        real, fake = real - centre, fake - centre
        return (
            _mean_kernel(real, real, scales) - 2.0 * _mean_kernel(real, fake, scales) + _mean_kernel(fake, fake, scales)
        )


def mmd(real: Tensor, fake: Tensor, scales: Sequence[float]) -> Tensor:
    """Return the square root of `squared_mmd`, with a finite gradient where the two sets are the same."""
    squared = squared_mmd(real, fake, scales)
    return squared / squared.clamp_min(FLOOR).sqrt()


def require_lengths(name: str, values: Sequence[float], usual: str) -> None:
    """Raise ValueError, with the ``usual`` values named, unless there are ``values`` and all are positive numbers."""
    if not values or not all(0 < value < math.inf for value in values):
        raise ValueError(f"{name} of the kernels must be positive numbers, got {list(values)}; use {usual}")


def _mean_kernel(a: Tensor, b: Tensor, scales: Sequence[float]) -> Tensor:
    """Return mean k(a, b) less its greatest value: that cancels in MMD^2, and close samples keep their digits."""
    distances = squared_distances(a, b)
    return torch.stack([torch.expm1(distances / (-2.0 * scale)).mean() for scale in scales]).sum()
