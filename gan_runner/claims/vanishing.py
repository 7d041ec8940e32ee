"""How much gradient is left for a frozen generator while its discriminator gets better: what C18, C19 and C20 share."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Numbers
from gan_runner.claims.many import FREE, Crowd, Limit, Play, adam, crowd, improve, train
from gan_runner.data.mnist import load
from gan_runner.losses.base import Loss
from gan_runner.losses.gan import Minimax
from gan_runner.losses.hinge import Hinge
from gan_runner.losses.lsgan import LeastSquares
from gan_runner.losses.nonsaturating import NonSaturating
from gan_runner.losses.wgan import Wasserstein
from gan_runner.models.mlp import Discriminator, Generator

KINDS: dict[str, tuple[Loss, ...]] = {
    "cross-entropy": (Minimax(), NonSaturating()),
    "LS (0, 1, 1)": (LeastSquares(0.0, 1.0, 1.0),),
    "LS (-1, 1, 0)": (LeastSquares(-1.0, 1.0, 0.0),),
    "hinge": (Hinge(),),
    "WGAN, clipped": (Wasserstein(),),
    "WGAN-GP": (Wasserstein(),),
}
"""A discriminator each, and the generator's losses whose gradients are taken with it."""
LIMITS = {"WGAN, clipped": Limit(bound=0.1), "WGAN-GP": Limit(penalty=10.0)}
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


@dataclass(frozen=True)
class Frozen:
    """Generators that learn no more, a seed each, and the data that discriminators learn to tell them from."""

    generators: Crowd
    points: Tensor

    @property
    def seeds(self) -> int:
        """How many there are."""
        return len(self.generators.parameters()[0])

    def real(self) -> Tensor:
        """Return a batch of pictures ``[S, B, PIXELS]``."""
        return self.points[torch.randint(len(self.points), (self.seeds, BATCH))]

    def latent(self, count: int = BATCH) -> Tensor:
        """Return ``count`` latents of each ``[S, count, LATENT]``."""
        return torch.randn(self.seeds, count, LATENT)

    def facing(self, kind: str, loss: Loss, share: float) -> Iterator[Crowd]:
        """Yield new discriminators, trained further each time, at each of the `moments`."""
        discriminators = crowd(lambda: Discriminator((PIXELS,), [64, 64]), self.seeds)
        optimizer = adam(discriminators, 1e-3)
        steps = moments(share)
        for step in range(1, steps[-1] + 1):
            with torch.no_grad():
                fake = self.generators(self.latent())
            improve(loss, discriminators, optimizer, self.real(), fake, LIMITS.get(kind, FREE))
            if step in steps:
                yield discriminators


def frozen(seeds: int, share: float) -> Frozen:
    """Return generators after ``share`` of their 300 steps."""
    pictures = load(size=8, limit=10_000).samples
    assert isinstance(pictures, Tensor)
    generators = crowd(lambda: Generator(LATENT, (PIXELS,), [64, 64]), seeds)
    made = Frozen(generators, pictures.flatten(1) / 127.5 - 1)
    first = crowd(lambda: Discriminator((PIXELS,), [64, 64]), seeds)
    play = Play(NonSaturating(), made.real, made.latent, (adam(first, 1e-3), adam(generators, 1e-3)))
    train(generators, first, play, max(1, round(share * BEFORE)), lambda step: None)
    return made


@cache
def norms(seeds: int, share: float) -> dict[str, list[list[float]]]:
    """Return by loss each seed's gradient norms at ``share`` of the steps `AT`."""
    made = frozen(seeds, share)
    found: dict[str, list[list[float]]] = {}
    for name, losses in KINDS.items():
        kept: dict[str, list[list[float]]] = {_name(name, loss): [] for loss in losses}
        for discriminators in made.facing(name, losses[0], share):
            for loss in losses:
                slopes = gradients(loss, made.generators, discriminators, made.latent(512))
                kept[_name(name, loss)].append(slopes.norm(dim=1).tolist())
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


def gradients(loss: Loss, generators: Crowd, discriminators: Crowd, latents: Tensor) -> Tensor:
    """Return of each seed the gradient ``[S, weights]`` of the generator's loss in the generator's weights."""
    scores = discriminators(generators(latents))
    value = torch.vmap(lambda row: loss.generator(None, row))(scores).sum()
    slopes = torch.autograd.grad(value, generators.parameters())
    return torch.cat([slope.flatten(1) for slope in slopes], dim=1)
