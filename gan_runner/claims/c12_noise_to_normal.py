"""C12, theory: a generator learns to map uniform noise to a normal distribution, or to any other."""

import math
from statistics import median

import torch
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.on_a_line import MEAN, METHOD, SAMPLES, SD, STEPS, distances, statistics
from gan_runner.compare.statistics import wilson
from gan_runner.models.mlp import Generator

TARGETS = {"normal": False, "two modes": True}


def _measure(bench: Bench) -> Numbers:
    found = {name: statistics(both, bench.seeds, bench.steps(STEPS)) for name, both in TARGETS.items()}
    counts = {f"seeds below 0.1, {name}": sum(one < 0.1 for one in values) for name, values in found.items()}
    medians = {f"median statistic, {name}": median(values) for name, values in found.items()}
    fitted = {"statistic of a network fitted to the map": _fitted(bench.steps(300))}
    return {"seeds": bench.seeds} | counts | medians | fitted | {"statistics": found}


def _fitted(steps: int) -> float:
    """Return the statistic of the same network fitted by least squares to the map from U(-1, 1) to the normal."""
    torch.manual_seed(0)
    network = Generator(1, (1,), [32, 32])
    latents = ((torch.arange(SAMPLES) + 0.5) / SAMPLES * 2 - 1).unsqueeze(1)
    wanted = MEAN + SD * math.sqrt(2) * torch.erfinv(latents)
    optimizer = torch.optim.LBFGS(list(network.parameters()), max_iter=steps, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        value: Tensor = (network(latents) - wanted).square().mean()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        return distances(network(latents).T, False)[0]


def _decide(numbers: Numbers) -> Word:
    share = numbers["seeds below 0.1, normal"] / numbers["seeds"]
    return "confirmed" if share >= 0.8 else "refuted" if share <= 0.5 else "undecided"


def _key(numbers: Numbers) -> str:
    count, seeds = numbers["seeds below 0.1, normal"], numbers["seeds"]
    low, high = wilson(count, seeds)
    return f"normal: {count} of {seeds} seeds (95 % {low:.0%} to {high:.0%})"


def _say(numbers: Numbers) -> str:
    return (
        f"The statistic is below 0.1 in {numbers['seeds below 0.1, normal']} of {numbers['seeds']} seeds for the "
        f"normal distribution (median {numbers['median statistic, normal']:.2g}) and in "
        f"{numbers['seeds below 0.1, two modes']} for two modes (median "
        f"{numbers['median statistic, two modes']:.2g}). The map is within reach, for the same network fitted to it "
        f"has {numbers['statistic of a network fitted to the map']:.2g}; this training does not find it."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, values) in enumerate(numbers["statistics"].items()):
        axes.plot(range(1, len(values) + 1), sorted(values), label=name, **dots(place))
    axes.axhline(0.1, color="#A0A0A0")
    axes.set(xlabel="seeds, the best first", ylabel="Kolmogorov-Smirnov statistic", ylim=(0, None))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S4}; {sources.GAN}, figure 1",
    method=f"{METHOD}. Targets: N(4, 0.5^2), and two such modes at 2.5 and 5.5. Judged by the Kolmogorov-Smirnov "
    "statistic of 4,000 samples from evenly spread noise; beside it that of the network fitted to the map itself.",
    rule="A seed agrees if the statistic for the normal distribution is below 0.1. Confirmed if four of five seeds "
    "agree, refuted if at most half do. Two modes are told beside it and do not count.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=20,
    seconds=50,
)
