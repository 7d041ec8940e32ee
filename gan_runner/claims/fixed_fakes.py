"""Critics of points against the same points with noise, as in figures 1 and 2 of WGAN-GP: what C34 and C36 share."""

from functools import cache

import torch
from torch import Tensor

from gan_runner.claims.many import Crowd, Limit, crowd, improve
from gan_runner.data.gaussian_mixture import load as mixture
from gan_runner.data.swiss_roll import load as roll
from gan_runner.losses.wgan import Wasserstein
from gan_runner.models.mlp import Discriminator

TOYS = ("8 Gaussians", "25 Gaussians", "Swiss roll")
BOUND, WIDTH, BATCH, STEPS = 0.01, 64, 256, 2000
LIMITS = {"clipped": Limit(bound=BOUND), "penalised": Limit(penalty=10.0)}
METHOD = (
    "The fakes are the data with N(0, 1) noise and do not learn. Critics of three ReLU layers of 64 (the paper has "
    "512), 2,000 steps of 256 (ours) on 8 Gaussians, 25 Gaussians and the Swiss roll, scaled as in the paper: clipped "
    "to 0.01 with RMSProp at 5e-5, starting from weights drawn evenly within the bound (of He's, clipped, "
    "nine of ten would be at it at once); penalised by 10 with Adam at 1e-3, from He's start"
)


def points_of(toy: str) -> Tensor:
    """Return the data of a toy ``[N, 2]``, in the scale of the paper's code."""
    if toy == "Swiss roll":
        points = roll().samples
    else:
        eight = toy == "8 Gaussians"
        points = (mixture("ring", radius=2, sd=0.02) if eight else mixture("grid")).samples
        assert isinstance(points, Tensor)
        points = points / (2**0.5 if eight else 8**0.5)
    assert isinstance(points, Tensor)
    return points


def draw(points: Tensor, seeds: int, count: int) -> tuple[Tensor, Tensor]:
    """Return data and fakes, ``[S, count, 2]`` each."""
    real, other = (points[torch.randint(len(points), (seeds, count))] for _ in range(2))
    return real, other + torch.randn_like(other)


@cache
def trained(toy: str, kind: str, seeds: int, steps: int) -> Crowd:
    """Return the critics of a toy, ``clipped`` or ``penalised``, after ``steps``."""
    points = points_of(toy)
    critics = crowd(lambda: Discriminator((2,), [WIDTH] * 3, "relu", init="he"), seeds)
    torch.manual_seed(seeds)
    optimizer: torch.optim.Optimizer = torch.optim.Adam(critics.parameters(), 1e-3, (0.0, 0.9))
    if kind == "clipped":
        with torch.no_grad():
            for weight in critics.parameters():
                weight.uniform_(-BOUND, BOUND)
        optimizer = torch.optim.RMSprop(critics.parameters(), 5e-5)
    for _ in range(steps):
        improve(Wasserstein(), critics, optimizer, *draw(points, seeds, BATCH), LIMITS[kind])
    return critics
