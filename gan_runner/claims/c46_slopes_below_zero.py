"""C46, training: with a slope below 0 GLS-GAN acts like least squares: fakes are scored 0, real samples ever higher."""

from statistics import median

import torch
from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.many import Crowd, Limit, Play, improve, train
from gan_runner.claims.on_a_ring import METHOD, feeds, players
from gan_runner.losses.notes_glsgan import ActivatedWasserstein

STEPS, TIMES, RATE, BOUND = 4000, 40, 2e-4, 0.08
SLOPES = (-1.0, -0.5)


def _measure(bench: Bench) -> Numbers:
    steps = bench.steps(STEPS)
    every = max(1, steps // TIMES)
    numbers: Numbers = {"seeds": bench.seeds}
    curves: dict[str, list[list[float]]] = {}
    for learns in (True, False):
        for slope in SLOPES:
            name = f"slope {slope:g}, G {'learns' if learns else 'stands still'}"
            real, fake = _scores(slope, learns, bench.seeds, steps, every)
            curves[name] = [
                [f / max(r, 1e-12) for r, f in zip(*rows, strict=True)] for rows in zip(real, fake, strict=True)
            ]
            numbers[f"|f(y)| / |f(x)| at the end, {name}"] = median(row[-1] for row in curves[name])
            numbers[f"|f(x)| at the end, {name}"] = median(row[-1] for row in real)
    return numbers | {"steps": list(range(every, steps + 1, every)), "curves": curves}


def _scores(
    slope: float, learns: bool, seeds: int, steps: int, every: int
) -> tuple[list[list[float]], list[list[float]]]:
    """Return each seed's mean |f| of real samples and of fakes, every so many steps."""
    generators, discriminators = players(seeds)
    optimizers = (_rmsprop(discriminators), _rmsprop(generators))
    play = Play(ActivatedWasserstein(slope), *feeds(seeds), optimizers, Limit(bound=BOUND))
    kept: tuple[list[list[float]], list[list[float]]] = ([[] for _ in range(seeds)], [[] for _ in range(seeds)])

    def watch(step: int) -> None:
        if step % every:
            return
        with torch.no_grad():
            for rows, samples in zip(kept, (play.real(), generators(play.latent())), strict=True):
                for row, value in zip(rows, discriminators(samples).abs().mean(dim=1).tolist(), strict=True):
                    row.append(value)

    if learns:
        train(generators, discriminators, play, steps, watch)
        return kept
    for step in range(1, steps + 1):
        with torch.no_grad():
            fake = generators(play.latent())
        improve(play.loss, discriminators, optimizers[0], play.real(), fake, play.limit)
        watch(step)
    return kept


def _rmsprop(networks: Crowd) -> torch.optim.Optimizer:
    return torch.optim.RMSprop(networks.parameters(), RATE, alpha=0.9)


def _decide(numbers: Numbers) -> Word:
    ends = [numbers[f"|f(y)| / |f(x)| at the end, slope {slope}, G learns"] for slope in ("-1", "-0.5")]
    return "confirmed" if max(ends) < 0.1 else "refuted" if min(ends) >= 0.1 else "undecided"


def _key(numbers: Numbers) -> str:
    first, second = (numbers[f"|f(y)| / |f(x)| at the end, slope {slope:g}, G learns"] for slope in SLOPES)
    return f"|f(y)| / |f(x)| is {first:.2g} (slope -1), {second:.2g} (slope -0.5); allowed 0.1"


def _say(numbers: Numbers) -> str:
    still = [numbers[f"|f(y)| / |f(x)| at the end, slope {slope:g}, G stands still"] for slope in SLOPES]
    sizes = [numbers[f"|f(x)| at the end, slope {slope:g}, G learns"] for slope in SLOPES]
    return (
        f"At the end of training {_key(numbers)}, medians of {numbers['seeds']} seeds; |f(x)| is {sizes[0]:.2g} and "
        f"{sizes[1]:.2g}. Against a generator that stands still the ratio is {still[0]:.2g} and {still[1]:.2g}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, manner in enumerate(("G learns", "G stands still")):
        for count, row in enumerate(numbers["curves"][f"slope -1, {manner}"]):
            axes.plot(numbers["steps"], row, label=None if count else manner, **look(place, linewidth=1))
    axes.axhline(0.1, color="#A0A0A0")
    axes.set(xlabel="step (slope -1, a line a seed)", ylabel="mean |f(y)| over mean |f(x)|", yscale="log")
    axes.legend(loc="center right", bbox_to_anchor=(1, 0.6))


CLAIM = Claim(
    source=f"{sources.S3}, on slopes below 0",
    method=f"{METHOD}. The post's loss, a LeakyReLU on the scores, with slopes -1 and -0.5, and its code's RMSProp "
    "with weights clipped at 0.08, 4,000 steps at 2e-4 (its 5e-5 is for larger networks and far more steps). The mean "
    "|f| of fakes over that of real samples, while the generator learns, and beside it while it stands still.",
    rule="Confirmed if at the end of training the mean |f| of fakes is below a tenth of that of real samples with both "
    "slopes, as the median over seeds; refuted if with neither.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=90,
)
