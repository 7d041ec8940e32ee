"""C55, theory: MMD scores a model in the course of its training as the exact distance does."""

from statistics import median

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.many import Play, adam, crowd, train
from gan_runner.compare.statistics import spearman
from gan_runner.data.gaussian_mixture import load
from gan_runner.losses.nonsaturating import NonSaturating
from gan_runner.metrics.mmd import MMD
from gan_runner.metrics.transport import wasserstein1
from gan_runner.models.mlp import Discriminator, Generator
from gan_runner.types import Generated

STEPS, EVERY, SAMPLES = 1000, 25, 500


def _measure(bench: Bench) -> Numbers:
    source, metric = load(), MMD(SAMPLES, permutations=1)
    metric.prepare(source, torch.device("cpu"))
    points, seeds, steps = source.samples, bench.seeds, bench.steps(STEPS)
    assert isinstance(points, Tensor)
    generators = crowd(lambda: Generator(2, (2,), [64, 64]), seeds)
    discriminators = crowd(lambda: Discriminator((2,), [64, 64]), seeds)
    scores: dict[str, list[list[float]]] = {"MMD^2": [[] for _ in range(seeds)], "W1": [[] for _ in range(seeds)]}
    held, latents = points[:SAMPLES].double(), torch.randn(SAMPLES, 2)

    def look(step: int) -> None:
        if step % max(1, steps * EVERY // STEPS):
            return
        with torch.no_grad():
            samples = generators(latents.expand(seeds, -1, -1))
        for seed in range(seeds):
            scores["MMD^2"][seed].append(metric.evaluate([Generated(samples[seed])])["mmd2"])
            scores["W1"][seed].append(wasserstein1(held, samples[seed].double()))

    def real() -> Tensor:
        return points[torch.randint(len(points), (seeds, 128))]

    optimizers = (adam(discriminators, 1e-3), adam(generators, 1e-3))
    play = Play(NonSaturating(), real, lambda: torch.randn(seeds, 128, 2), optimizers)
    train(generators, discriminators, play, steps, look)
    correlations = [spearman(*pair) for pair in zip(scores["MMD^2"], scores["W1"], strict=True)]
    middle = {"seeds": seeds, "median correlation": median(correlations), "lowest correlation": min(correlations)}
    return middle | {"scores": scores}


def _decide(numbers: Numbers) -> Word:
    middle = numbers["median correlation"]
    return "confirmed" if middle > 0.8 else "refuted" if middle < 0.4 else "undecided"


def _key(numbers: Numbers) -> str:
    return f"Spearman {numbers['median correlation']:.2f} in the middle, {numbers['lowest correlation']:.2f} at least"


def _say(numbers: Numbers) -> str:
    return (
        f"Over the course of a training the rank correlation of MMD^2 with exact W1 is "
        f"{numbers['median correlation']:.2f}, the median of {numbers['seeds']} seeds "
        f"({numbers['lowest correlation']:.2f} at least)."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    pairs = zip(numbers["scores"]["W1"], numbers["scores"]["MMD^2"], strict=True)
    for place, (distances, scores) in enumerate(list(pairs)[:5]):
        axes.plot(distances, scores, label=f"seed {place}", **dots(place, markersize=4))
    axes.set(xlabel="exact W1 of 500 samples", ylabel="MMD², unbiased")
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S4}; Gretton et al. 2012, JMLR 13",
    method="GANs with the non-saturating loss and nets of two layers of 64 on eight Gaussians, 1,000 steps of 128 with "
    "Adam at 1e-3; every 25 steps our metric=mmd and exact W1, on 500 samples each, are compared by their ranks.",
    rule="Confirmed if the median over seeds of Spearman's correlation is above 0.8, refuted if below 0.4.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=30,
)
