"""The Frechet distance between two Gaussians, and the Gaussian that stands for a set of features."""

import torch
from torch import Tensor

PART = 10_000


def moments(features: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean ``[F]`` and unbiased covariance ``[F, F]`` of ``features`` ``[N, F]``, N >= 2; float64 on the CPU."""
    parts = torch.split(features.cpu(), PART)  # never all of them in float64
    mean = torch.stack([part.double().sum(dim=0) for part in parts]).sum(dim=0) / len(features)
    products = torch.zeros(len(mean), len(mean), dtype=torch.float64)
    for part in parts:
        centred = part.double() - mean
        products += centred.T @ centred
    return mean, products / (len(features) - 1)


def frechet_distance(mean1: Tensor, cov1: Tensor, mean2: Tensor, cov2: Tensor) -> float:
    """Return the squared Frechet (2-Wasserstein) distance of two Gaussians, which is what FID reports.

    |m1 - m2|^2 + Tr(C1 + C2 - 2 (C1^(1/2) C2 C1^(1/2))^(1/2)), for means ``[F]`` and covariances ``[F, F]`` in float64.
    The last trace is the sum of the singular values of C2^(1/2) C1^(1/2): no general matrix square root is needed, and
    covariances without full rank do no harm. Never negative.

    References: Dowson and Landau, J. Multivariate Analysis 12 (1982); Heusel et al. (arXiv:1706.08500).
    """
    cross = torch.linalg.svdvals(_root(cov2) @ _root(cov1)).sum()
    distance = (mean1 - mean2).square().sum() + cov1.trace() + cov2.trace() - 2 * cross
    return float(distance.clamp(min=0.0))


def _root(covariance: Tensor) -> Tensor:
    """Return the symmetric square root; eigenvalues that rounding made negative count as zero."""
    values, vectors = torch.linalg.eigh(covariance)
    root: Tensor = vectors * values.clamp(min=0).sqrt() @ vectors.T
    return root
