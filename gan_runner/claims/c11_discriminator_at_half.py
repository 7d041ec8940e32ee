"""C11, theory: at the end of training the discriminator says 1/2 everywhere."""

from statistics import median

import torch
from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.on_a_line import MEAN, METHOD, SD, STEPS, statistics, trained
from gan_runner.compare.statistics import wilson


def _measure(bench: Bench) -> Numbers:
    steps = bench.steps(STEPS)
    _, discriminators = trained(False, bench.seeds, steps)
    points = torch.linspace(MEAN - 2 * SD, MEAN + 2 * SD, 41)
    with torch.no_grad():
        said = torch.sigmoid(discriminators(points.view(1, -1, 1).expand(bench.seeds, -1, -1)))
    errors = (said - 0.5).abs().mean(dim=1).tolist()
    return {
        "seeds": bench.seeds,
        "seeds below 0.1": sum(error < 0.1 for error in errors),
        "mean of |D - 1/2|": sum(errors) / len(errors),
        "median Kolmogorov-Smirnov statistic of the samples": median(statistics(False, bench.seeds, steps)),
        "errors": errors,
        "points": points.tolist(),
        "said": said.tolist(),
    }


def _decide(numbers: Numbers) -> Word:
    share = numbers["seeds below 0.1"] / numbers["seeds"]
    return "confirmed" if share >= 0.8 else "refuted" if share <= 0.5 else "undecided"


def _key(numbers: Numbers) -> str:
    low, high = wilson(numbers["seeds below 0.1"], numbers["seeds"])
    return f"{numbers['seeds below 0.1']} of {numbers['seeds']} seeds below 0.1 (95 % {low:.0%} to {high:.0%})"


def _say(numbers: Numbers) -> str:
    return (
        f"Within two standard deviations of the data |D - 1/2| is {numbers['mean of |D - 1/2|']:.2g} on average; "
        f"{_key(numbers)}. It is no sign of success: the samples' Kolmogorov-Smirnov statistic is "
        f"{numbers['median Kolmogorov-Smirnov statistic of the samples']:.2g} all the same (see C12)."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for said in numbers["said"]:
        axes.plot(numbers["points"], said, color="#0072B2", linewidth=1, alpha=0.6)
    axes.plot(numbers["points"], [0.5] * len(numbers["points"]), label="1/2", **look(1))
    axes.set(xlabel="x", ylabel="D(x) after training, a line a seed", ylim=(0, 1))
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S4}; {sources.GAN}, section 4.1 and figure 1",
    method=f"{METHOD}. Data N(4, 0.5^2). |D - 1/2| is averaged over 41 points within two standard deviations.",
    rule="A seed agrees if the average is below 0.1. Confirmed if four of five seeds agree, refuted if at most half "
    "do.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=20,
    seconds=25,
)
