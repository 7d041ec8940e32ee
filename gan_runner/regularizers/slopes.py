"""The critic's gradient in its samples: what every gradient penalty is made of."""

import torch
from torch import Tensor

from gan_runner import ranks
from gan_runner.types import Critic


def slopes(critic: Critic, samples: Tensor) -> Tensor:
    """Return grad f(x) of each sample x in ``samples`` ``[B, *shape]``, float32 ``[B, D]`` over all its D numbers.

    Differentiable in the critic's weights. f is the sum of a sample's scores where it has several (patches).
    """
    # Second derivatives lose too much in bfloat16; the price under autocast is one pass in full precision.
    with torch.autocast(samples.device.type, enabled=False):
        return _gradients(critic, samples.float()).flatten(1)


def _gradients(critic: Critic, samples: Tensor) -> Tensor:
    if torch.compiler.is_compiling():  # the other way does not compile; this one imports the compiler, for a second
        gradients: Tensor = torch.func.grad(lambda points: critic(points).sum())(samples)
        return gradients
    with torch.enable_grad():
        points = samples if samples.requires_grad else samples.detach().requires_grad_()
        (gradients,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return gradients


def slope_norms(critic: Critic, samples: Tensor) -> Tensor:
    """Return ||grad f(x)||_2 of each sample x in ``samples`` ``[B, *shape]``, float32 ``[B]``."""
    # vector_norm's derivative at zero is 0, where that of sqrt(sum of squares) is NaN.
    norms: Tensor = torch.linalg.vector_norm(slopes(critic, samples), dim=1)
    return norms


def shares(samples: Tensor) -> Tensor:
    """Return a number from U(0, 1) for each of ``samples`` ``[B, *shape]``, as float32 ``[B, 1, ...]``."""
    count = samples.shape[0]
    shape = (count * ranks.size(), *(1,) * (samples.dim() - 1))
    return torch.rand(shape, device=samples.device, dtype=torch.float32)[ranks.share(count)]
