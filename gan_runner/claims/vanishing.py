"""How much gradient is left for a frozen generator while its discriminator gets better: what C18 and C19 share."""

from functools import cache

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Numbers
from gan_runner.claims.many import Crowd, Play, adam, crowd, descend, train
from gan_runner.data.mnist import load
from gan_runner.losses.base import Loss
from gan_runner.losses.gan import Minimax
from gan_runner.losses.hinge import Hinge
from gan_runner.losses.lsgan import LeastSquares
from gan_runner.losses.nonsaturating import NonSaturating
from gan_runner.losses.wgan import Wasserstein
from gan_runner.models.mlp import Discriminator, Generator
from gan_runner.regularizers.clip import Clip
from gan_runner.regularizers.gp import GradientPenalty
from gan_runner.types import Critic, Turn

KINDS: dict[str, tuple[Loss, ...]] = {
    "cross-entropy": (Minimax(), NonSaturating()),
    "LS (0, 1, 1)": (LeastSquares(0.0, 1.0, 1.0),),
    "LS (-1, 1, 0)": (LeastSquares(-1.0, 1.0, 0.0),),
    "hinge": (Hinge(),),
    "WGAN, clipped": (Wasserstein(),),
    "WGAN-GP": (Wasserstein(),),
}
"""A discriminator each, and the generator's losses whose gradients are taken with it."""
AT, BATCH, BEFORE = (10, 30, 100, 300, 1000, 2000, 4000), 64, 300
LATENT, PIXELS = 16, 64
METHOD = (
    "MNIST at 8 x 8 pixels. A generator of 16 latents and two ReLU layers of 64, trained for 300 steps with the "
    "non-saturating loss, is then frozen, and a new discriminator of two LeakyReLU layers of 64 trained against it "
    "for 4,000 steps of Adam at 1e-3, batches of 64; after 10, 30, ... 4,000 of them the norm of the gradient of "
    "the generator's loss in its weights is taken, on 512 latents. (Tried first on a ring of Gaussians in the "
    "plane, where fakes and data overlap: there no gradient vanished, minimax's fell 2.7 times.)"
)


LIMIT = 100.0
"""A gradient that falls by more than this factor from its peak has vanished."""


def moments(share: float) -> list[int]:
    """Return the steps at which the norm is taken, of ``share`` of the training."""
    return sorted({max(1, round(share * step)) for step in AT})


@cache
def norms(seeds: int, share: float) -> dict[str, list[list[float]]]:
    """Return by loss each seed's gradient norms at ``share`` of the steps `AT`."""
    pictures = load(size=8, limit=10_000).samples
    assert isinstance(pictures, Tensor)
    points = pictures.flatten(1) / 127.5 - 1

    def real() -> Tensor:
        return points[torch.randint(len(points), (seeds, BATCH))]

    def latent(count: int = BATCH) -> Tensor:
        return torch.randn(seeds, count, LATENT)

    generators = crowd(lambda: Generator(LATENT, (PIXELS,), [64, 64]), seeds)
    first = crowd(lambda: Discriminator((PIXELS,), [64, 64]), seeds)
    play = Play(NonSaturating(), real, latent, (adam(first, 1e-3), adam(generators, 1e-3)))
    train(generators, first, play, max(1, round(share * BEFORE)), lambda step: None)
    steps = moments(share)
    found: dict[str, list[list[float]]] = {}
    for name, losses in KINDS.items():
        discriminators = crowd(lambda: Discriminator((PIXELS,), [64, 64]), seeds)
        optimizer = adam(discriminators, 1e-3)
        kept: dict[str, list[list[float]]] = {_name(name, loss): [] for loss in losses}
        for step in range(1, steps[-1] + 1):
            with torch.no_grad():
                fake = generators(latent())
            _improve(name, losses[0], discriminators, optimizer, real(), fake)
            if step in steps:
                for loss in losses:
                    kept[_name(name, loss)].append(_norm(loss, generators, discriminators, latent(512)))
        found |= {loss: [list(row) for row in zip(*rows, strict=True)] for loss, rows in kept.items()}
    return found


def curves(found: dict[str, list[list[float]]], share: float) -> Numbers:
    """Return what the figure shows: the median over seeds at each step, by loss."""
    middle = {name: torch.tensor(rows).median(dim=0).values.tolist() for name, rows in found.items()}
    return {"steps": moments(share), "curves": middle}


def falls(rows: list[list[float]]) -> list[float]:
    """Return by how much each seed's norm has fallen from its peak to the end."""
    return [max(row) / max(row[-1], 1e-30) for row in rows]


def draw(numbers: Numbers, axes: Axes) -> None:
    """Draw the curves."""
    for place, (name, values) in enumerate(numbers["curves"].items()):
        axes.plot(numbers["steps"], values, label=name, **look(place, marker="."))
    axes.set(xscale="log", yscale="log", xlabel="steps of training D", ylabel="|gradient of G's loss|")
    axes.legend(fontsize=9, ncols=2, handlelength=1.8, columnspacing=1)


def _name(kind: str, loss: Loss) -> str:
    if kind != "cross-entropy":
        return kind
    return "non-saturating" if isinstance(loss, NonSaturating) else "minimax"


def _improve(
    kind: str, loss: Loss, networks: Crowd, optimizer: torch.optim.Optimizer, real: Tensor, fake: Tensor
) -> None:
    value = torch.vmap(loss.discriminator)(networks(real), networks(fake)).sum()
    if kind == "WGAN-GP":
        seeds = len(real)

        def judge(points: Tensor, labels: None = None) -> Tensor:
            return networks(points.view(seeds, -1, PIXELS)).flatten()

        flat = (real.flatten(0, 1), fake.flatten(0, 1))
        value = value + seeds * GradientPenalty(10.0)(Critic(judge), Turn(*flat, flat[1]))  # type: ignore[arg-type]
    descend(optimizer, value, networks)
    if kind == "WGAN, clipped":
        Clip(0.1).constrain(nn.ParameterList(networks.parameters()))


def _norm(loss: Loss, generators: Crowd, discriminators: Crowd, latents: Tensor) -> list[float]:
    """Return of each seed the norm of the gradient of the generator's loss in the generator's weights."""
    scores = discriminators(generators(latents))
    value = torch.vmap(lambda row: loss.generator(None, row))(scores).sum()
    gradients = torch.autograd.grad(value, generators.parameters())
    norms: list[float] = torch.cat([gradient.flatten(1) for gradient in gradients], dim=1).norm(dim=1).tolist()
    return norms
