"""How far the codes of an InfoGAN show in its pictures: read by its own Q, as digits, and as what strokes are like."""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from gan_runner.games.sampling import sampling_mode
from gan_runner.models.base import Discriminator
from gan_runner.regularizers.mutual_information import MutualInformation
from gan_runner.trained import Trained

BATCH = 128
"""Pictures that Q reads at once; its batch norm and the discriminator's take their statistics from them."""


class Asked(NamedTuple):
    """Pictures ``[N, C, H, W]`` in -1..1 and their codes: ``values`` ``[N]`` int64 and ``continuous`` ``[N, M]``."""

    pictures: Tensor
    values: Tensor
    continuous: Tensor


def ask(trained: Trained, count: int) -> Asked:
    """Return ``count`` pictures with the values of the one categorical code in turn, all else as it is drawn."""
    sampler = trained.sampler()
    codes = sampler.prior.codes
    latent, values = sampler.draw(count), torch.arange(count) % codes.categorical[0]
    end = codes.noise + codes.categorical[0]
    latent[:, codes.noise : end] = F.one_hot(values, codes.categorical[0]).float()
    pictures = torch.cat([sampler.generate(part, None) for part in torch.split(latent, BATCH)])
    return Asked(pictures, values, latent[:, end:])


def information(trained: Trained, asked: Asked) -> float:
    """Return the categorical code's part of InfoGAN's bound in nats: H(c) + E log Q(c | y), arXiv 1606.03657, eq. 4.

    Batch norm takes the statistics of each batch, as while Q was trained.
    """
    discriminator, reader = (trained.game.networks[name] for name in ("discriminator", "infogan"))
    assert isinstance(discriminator, Discriminator)
    assert isinstance(reader, MutualInformation)
    size = reader.codes.categorical[0]
    with sampling_mode(discriminator, "batch"), sampling_mode(reader, "batch"):
        read = [reader.posterior(discriminator.features(part)) for part in torch.split(asked.pictures, BATCH)]
    return math.log(size) - float(F.cross_entropy(torch.cat(read)[:, :size], asked.values))


def matching(values: Tensor, digits: Tensor) -> float:
    """Return the share of pictures whose digit is their value's, under the best one-to-one matching of ten and ten.

    ``values`` ``[N]`` and ``digits`` ``[N]``, int64 in 0..9. Chance is a little above 0.1.
    """
    from scipy.optimize import linear_sum_assignment

    table = torch.bincount(10 * values + digits, minlength=100).reshape(10, 10).numpy()
    return float(table[linear_sum_assignment(table, maximize=True)].sum() / len(values))


def properties(pictures: Tensor) -> dict[str, Tensor]:
    """Return what white strokes ``[N, 1, H, W]`` in -1..1 are like, each ``[N]``: from moments of the ink, 0..1.

    ``slant`` is cov(x, y) / var(y), pixels to the right a pixel down; ``horizontal`` and ``vertical position`` the
    ink's mean x and y in pixels; ``thickness`` all ink, in pixels.
    """
    ink = (pictures[:, 0].double() + 1) / 2
    total = ink.sum((1, 2)).clamp(min=1e-6)
    down, right = (torch.arange(side, dtype=torch.float64) for side in ink.shape[1:])
    x, y = ink.sum(1) @ right / total, ink.sum(2) @ down / total
    dx, dy = right - x[:, None], down - y[:, None]
    spread = torch.einsum("nij,ni->n", ink, dy.square()).clamp(min=1e-6)
    slant = torch.einsum("nij,ni,nj->n", ink, dy, dx) / spread
    return {"slant": slant, "horizontal position": x, "vertical position": y, "thickness": total}


def explained(code: Tensor, measured: Tensor, values: Tensor) -> float:
    """Return R^2 of ``measured`` ``[N]`` as a linear function of ``code`` ``[N]``, with the value held.

    It is the mean of R^2 on the pictures of each of ``values`` ``[N]``, 0 where either is constant.
    """
    pairs = (torch.stack([code, measured])[:, values == value] for value in range(int(values.max()) + 1))
    shares = [torch.corrcoef(pair.double())[0, 1].square().nan_to_num() for pair in pairs]
    return float(torch.stack(shares).mean())


def strongest(asked: Asked) -> list[tuple[float, str]]:
    """Return, for each continuous code, the largest R^2 of a property and that property; the code with less first."""
    measured = properties(asked.pictures)
    return sorted(
        max((explained(code, shown, asked.values), name) for name, shown in measured.items())
        for code in asked.continuous.T
    )
