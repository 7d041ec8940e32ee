"""C32, training: over a run WGAN's estimate falls with the true distance, GAN's bound of JS tells nothing of it."""

import math
from statistics import median

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.critics_on_a_ring import CRITICS, LOOK, METHOD, cell, course
from gan_runner.compare.runs import Run
from gan_runner.compare.statistics import spearman

LATER = 450
NAMES = {"clip": "WGAN, clipped", "GP": "WGAN-GP", "minimax": "JS bound of GAN"}


def _measure(bench: Bench) -> Numbers:
    courses = {name: [_course(kind, run) for run in cell(bench, kind, 5)] for kind, name in NAMES.items()}
    found = {name: [spearman(*pair) for pair in pairs] for name, pairs in courses.items()}
    numbers: Numbers = {"seeds": bench.seeds}
    for name, pairs in courses.items():
        later = [[values[LATER // LOOK :] for values in pair] for pair in pairs]
        numbers[f"median correlation after step {LATER}, {name}"] = median(spearman(*pair) for pair in later)
    for name, values in found.items():
        numbers |= {f"median correlation, {name}": median(values), f"lowest correlation, {name}": min(values)}
        numbers |= {f"highest correlation, {name}": max(values)}
    return numbers | {"courses": courses}


def _course(kind: str, run: Run) -> tuple[list[float], list[float]]:
    """Return W1 and the estimate: E f(x) - E f(y), or of the minimax loss L the bound log 2 - L / 2 of JS."""
    if kind != "minimax":
        return course(run, "loss/wasserstein")
    distances, losses = course(run, "loss/discriminator")
    return distances, [math.log(2) - loss / 2 for loss in losses]


def _decide(numbers: Numbers) -> Word:
    wgan = [abs(numbers[f"median correlation, {name}"]) for name in ("WGAN, clipped", "WGAN-GP")]
    gan = abs(numbers["median correlation, JS bound of GAN"])
    if min(wgan) < 0.4 or gan > 0.8:
        return "refuted"
    return "confirmed" if min(wgan) > 0.8 and gan < 0.4 else "undecided"


def _key(numbers: Numbers) -> str:
    told = [f"{numbers[f'median correlation, {name}']:.2f} ({name})" for name in NAMES.values()]
    return f"Spearman with exact W1: {', '.join(told)}"


def _say(numbers: Numbers) -> str:
    told = [
        f"{numbers[f'median correlation, {name}']:.2f} ({name}; {numbers[f'lowest correlation, {name}']:.2f} to "
        f"{numbers[f'highest correlation, {name}']:.2f})"
        for name in NAMES.values()
    ]
    later = [f"{numbers[f'median correlation after step {LATER}, {name}']:.2f}" for name in NAMES.values()]
    return (
        f"The rank correlation of the estimate with exact W1 over a run is {', '.join(told)}, medians and ranges of "
        f"{numbers['seeds']} seeds. Without the first {LATER} steps, in which everything swings, it is "
        f"{', '.join(later)}; that was looked up after the run and decides nothing."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, pairs) in enumerate(numbers["courses"].items()):
        for count, (distances, estimates) in enumerate(pairs):
            largest = max(estimates)
            scaled = [estimate / largest for estimate in estimates]
            label = None if count else name
            axes.plot(distances, scaled, label=label, **dots(place, markersize=3, alpha=0.6))
    axes.set(xlabel="exact W1", ylabel="estimate / its largest in the run", xscale="log", ylim=(-0.1, 1.3))
    axes.set_xticks([0.15, 0.2, 0.3, 0.5, 1], ["0.15", "0.2", "0.3", "0.5", "1"])
    axes.minorticks_off()
    axes.legend(loc="upper center", ncols=3, markerscale=2, fontsize=9, handletextpad=0, columnspacing=1)


CLAIM = Claim(
    source=f"{sources.S2}; {sources.WGAN}, section 4.2",
    method=f"{METHOD}; 1,500 steps of the generator and five of the discriminator to each. "
    f"{CRITICS}. GAN: the minimax loss, Adam (0.5, 0.999), and "
    "log 2 less half of its loss, a lower bound of JS. At 50 moments of a run exact W1 of 256 samples, and the mean of "
    "six estimates on batches of training since the moment before. (The size of the median is taken, which is here the "
    "median of the sizes.)",
    rule="Confirmed if the median over seeds of |Spearman's correlation| is above 0.8 for both kinds of WGAN and below "
    "0.4 for GAN; refuted if it is below 0.4 for a kind of WGAN or above 0.8 for GAN.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=350,
)
