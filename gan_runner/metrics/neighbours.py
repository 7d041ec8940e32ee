"""Two sets of features compared pair by pair: the kernel distance KID, and how far each set covers the other.

Everything is worked out in blocks of rows, so memory grows with the number of pictures and not with its square.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

NEAREST = 5
BLOCK = 500


@dataclass(frozen=True)
class Neighbourhood:
    """A set of N features with what its own pairs say of it; float64 on the CPU.

    ``features`` ``[N, F]``, ``radii`` ``[N]`` the squared distance from each to its fifth nearest other, ``kernel`` the
    mean of k(a, b) = (a b / F + 1)^3 over all pairs of two different ones.
    """

    features: Tensor
    radii: Tensor
    kernel: float


def neighbourhood(features: Tensor) -> Neighbourhood:
    """Return what the pairs of ``features`` ``[N, F]`` say, N > 5: about 2 F N^2 operations."""
    features = features.cpu().double()
    count = len(features)
    if count <= NEAREST:
        raise ValueError(f"features, got {count} of them; allowed: more than {NEAREST}, the neighbours looked at")
    radii, kernel = [], 0.0
    for start, products, distances in _pairs(features, features):
        rows = torch.arange(len(products))
        own = products[rows, start + rows]
        kernel += float(_kernel(products, features).sum() - _kernel(own, features).sum())
        distances[rows, start + rows] = torch.inf
        radii.append(distances.kthvalue(NEAREST, dim=1).values)
    return Neighbourhood(features, torch.cat(radii), kernel / (count * (count - 1)))


def compare(real: Neighbourhood, fake: Neighbourhood) -> dict[str, float]:
    """Return how alike two sets of features are.

    ``kid``        squared maximum mean discrepancy with the kernel above, unbiased (Binkowski et al., 1801.01401), over
                   all pairs rather than as a mean over random subsets; near 0 for equals, and by chance below it
    ``precision``  share of fakes that lie within the radius of some real one (Kynkaanniemi et al., arXiv:1904.06991)
    ``recall``     share of reals that lie within the radius of some fake one
    ``density``    mean number of reals within whose radius a fake lies, over 5 (Naeem et al., arXiv:2002.09797)
    ``coverage``   share of reals that have a fake within their radius
    """
    kernel, inside = 0.0, 0
    within_real = torch.zeros(len(fake.features), dtype=torch.bool)
    covered, recalled = [], []
    for start, products, distances in _pairs(real.features, fake.features):
        kernel += float(_kernel(products, real.features).sum())
        near = distances <= real.radii[start : start + len(distances), None]
        inside += int(near.sum())
        within_real |= near.any(dim=0)
        covered.append(near.any(dim=1))
        recalled.append((distances <= fake.radii).any(dim=1))
    pairs = len(real.features) * len(fake.features)
    return {
        "kid": real.kernel + fake.kernel - 2 * kernel / pairs,
        "precision": float(within_real.double().mean()),
        "recall": float(torch.cat(recalled).double().mean()),
        "density": inside / (NEAREST * len(fake.features)),
        "coverage": float(torch.cat(covered).double().mean()),
    }


def _pairs(rows: Tensor, columns: Tensor) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Yield the first row of a block, and the block's scalar products and squared distances ``[B, N]``."""
    squares = columns.square().sum(dim=1)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        products = block @ columns.T
        distances = torch.add(squares, products, alpha=-2).add_(block.square().sum(dim=1, keepdim=True))
        yield start, products, distances.clamp_(min=0)


def _kernel(products: Tensor, features: Tensor) -> Tensor:
    return (products / features.shape[1] + 1).pow(3)
