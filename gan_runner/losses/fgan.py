"""The f-GAN objectives: nine divergences, each an output activation and a conjugate."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from gan_runner.losses.base import SeparableLoss

LOG_2 = math.log(2.0)


class Divergence(NamedTuple):
    """A divergence as f-GAN uses it: two elementwise functions of the raw score v."""

    activation: Callable[[Tensor], Tensor]
    """g(v), rising in v, with values where the conjugate is defined."""
    conjugate: Callable[[Tensor], Tensor]
    """phi*(g(v)), simplified by hand: most overflow or cancel if g is computed first."""


def jeffrey_conjugate(v: Tensor) -> Tensor:
    """Return W + 1/W + v - 2 with Lambert's W = W(exp(1 - v)), which is u + log u - 1 with u = 1/W.

    log u =: r is the root of r - exp(-r) = v - 1. Newton's steps approach it from below, where they start. Only the
    last one is differentiated; at a root its derivative is the root's own, 1 / (1 + exp(-r)).
    """
    with torch.no_grad():
        r = torch.where(v > 1.0, v - 1.0, -torch.log1p(1.0 - v))
        for _ in range(5):
            r = r + (v - 1.0 - r + torch.exp(-r)) / (1.0 + torch.exp(-r))
    r = r + (v - 1.0 - r + torch.exp(-r)) / (1.0 + torch.exp(-r))
    return torch.exp(r) + r - 1.0


DIVERGENCES: Mapping[str, Divergence] = {
    "total_variation": Divergence(lambda v: 0.5 * torch.tanh(v), lambda v: 0.5 * torch.tanh(v)),
    "kl": Divergence(lambda v: v, lambda v: torch.exp(v - 1.0)),
    "reverse_kl": Divergence(lambda v: -torch.exp(-v), lambda v: v - 1.0),
    "pearson": Divergence(lambda v: v, lambda v: 0.25 * v.square() + v),
    "neyman": Divergence(lambda v: -torch.expm1(-v), lambda v: -2.0 * torch.expm1(-0.5 * v)),
    "squared_hellinger": Divergence(lambda v: -torch.expm1(-v), torch.expm1),
    "jeffrey": Divergence(lambda v: v, jeffrey_conjugate),
    "jensen_shannon": Divergence(lambda v: LOG_2 - F.softplus(-v), lambda v: F.softplus(v) - LOG_2),
    "gan": Divergence(lambda v: -F.softplus(-v), F.softplus),
}


@dataclass(frozen=True)
class VariationalDivergence(SeparableLoss):
    r"""The discriminator estimates an f-divergence of the data from the samples, the generator lowers it.

    The divergence is D(P || Q) = E_Q phi(p/q) (phi is the paper's f; f is the score here), phi* its conjugate and g
    the activation that takes scores to where phi* is defined:

        D: -E g(f(x)) + E phi*(g(f(y)))
        G: -E phi*(g(f(y))) for ``minimax``, -E g(f(y)) for ``nonsaturating``

        divergence          phi(u)                           g(v)             phi*(g(v))
        total_variation     |u - 1| / 2                      tanh(v) / 2      tanh(v) / 2
        kl                  u log u                          v                exp(v - 1)
        reverse_kl          -log u                           -exp(-v)         v - 1
        pearson             (u - 1)^2                        v                v^2 / 4 + v
        neyman              (1 - u)^2 / u                    1 - exp(-v)      2 - 2 exp(-v / 2)
        squared_hellinger   (sqrt(u) - 1)^2                  1 - exp(-v)      exp(v) - 1
        jeffrey             (u - 1) log u                    v                W + 1/W + v - 2, W = W(exp(1 - v))
        jensen_shannon      u log u - (u+1) log((u+1)/2)     log 2 - sp(-v)   sp(v) - log 2
        gan                 u log u - (u+1) log(u+1)         -sp(-v)          sp(v)

    The best f makes g(f) = phi'(p_d / p_g), and D's loss is then -D(P || Q): its negative is an estimate from below.
    Real and fake look alike at g(f) = phi'(1), that is at f = 1 for kl and at 0 for the others; there both forms of
    G's loss have the same slope. pearson's phi* is that of phi on the whole line; only for scores below -2, which are
    never best, does it lie above that of phi on u >= 0. jensen_shannon is KL(P || M) + KL(Q || M), M the mean of both,
    and has gan's gradients.

    Where a formula grows exponentially it overflows in float32 at scores beyond about 88: g of reverse_kl, neyman and
    squared_hellinger far below, phi*(g) of kl, squared_hellinger and jeffrey far above (neyman's below -177).

    Reference: Nowozin et al. 2016, arXiv 1606.00709, with its tables of g and phi*; nonsaturating: section 3.2.
    """

    divergence: Literal[
        "total_variation",
        "kl",
        "reverse_kl",
        "pearson",
        "neyman",
        "squared_hellinger",
        "jeffrey",
        "jensen_shannon",
        "gan",
    ] = "pearson"
    form: Literal["minimax", "nonsaturating"] = "nonsaturating"

    def real_term(self, real_scores: Tensor) -> Tensor:
        """Return -E g(f(x)) of the real scores ``[B]``."""
        return -DIVERGENCES[self.divergence].activation(real_scores).mean()

    def fake_term(self, fake_scores: Tensor) -> Tensor:
        """Return E phi*(g(f(y))) of the fake scores ``[B]``."""
        return DIVERGENCES[self.divergence].conjugate(fake_scores).mean()

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor) -> Tensor:
        """Return -E phi*(g(f(y))) or -E g(f(y)) of the fake scores ``[B]``."""
        return -self.fake_term(fake_scores) if self.form == "minimax" else self.real_term(fake_scores)
