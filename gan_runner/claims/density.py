"""Known densities on a line, and losses taken under them instead of over batches."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from gan_runner.losses.base import Loss


def line(low: float, high: float, count: int = 4001) -> tuple[Tensor, float]:
    """Return ``count`` points from ``low`` to ``high``, float64 ``[N]``, and the step between them.

    For smooth densities that end inside, a sum times the step is the integral to rounding (trapezoid rule).
    """
    return torch.linspace(low, high, count, dtype=torch.float64), (high - low) / (count - 1)


def normal(points: Tensor, mean: float | Tensor, sd: float | Tensor) -> Tensor:
    """Return the density of N(mean, sd^2) at ``points``."""
    return torch.exp(-0.5 * ((points - mean) / sd) ** 2) / (sd * math.sqrt(2 * math.pi))


def each(term: Callable[[Tensor], Tensor], scores: Tensor) -> Tensor:
    """Return ``term``, a mean over a batch of scores, of every one of ``scores`` ``[N]`` alone."""
    values: Tensor = torch.vmap(term)(scores.unsqueeze(1))
    return values


def generator_term(loss: Loss) -> Callable[[Tensor], Tensor]:
    """Return the generator's objective as a function of fake scores alone."""
    return lambda scores: loss.generator(None, scores)


def slope(term: Callable[[Tensor], Tensor], scores: Tensor) -> Tensor:
    """Return the derivative of ``term`` at each of ``scores`` ``[N]``, every one a batch of its own."""
    leaf = scores.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(each(term, leaf).sum(), leaf)
    return gradient
