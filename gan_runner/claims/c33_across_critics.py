"""C33, training: between runs with different critics, too, the one of smaller WGAN loss has the better samples."""

from statistics import fmean

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.critics_on_a_ring import CRITICS, METHOD, cell, course
from gan_runner.compare.statistics import spearman

CELLS: dict[str, tuple[str, ...]] = {
    "clipped to 0.03": ("clip", "reg.clip.bound=0.03"),
    "clipped to 0.1": ("clip",),
    "clipped to 0.3": ("clip", "reg.clip.bound=0.3"),
    "penalised": ("GP",),
}
LAST = 5
"""Looks over which a run's end is averaged: 150 steps."""


def _measure(bench: Bench) -> Numbers:
    ends: dict[str, list[list[float]]] = {}
    for name, (kind, *words) in CELLS.items():
        courses = [course(run, "loss/wasserstein") for run in cell(bench, kind, 5, *words)]
        pairs = [[fmean(values[-LAST:]) for values in pair] for pair in courses]
        ends[name] = [list(column) for column in zip(*pairs, strict=True)]
    every = [[value for columns in ends.values() for value in columns[place]] for place in (0, 1)]
    numbers: Numbers = {"runs": len(every[0]), "correlation over all runs": spearman(*every)}
    numbers["W1 of the run with the smallest estimate"] = min(zip(every[1], every[0], strict=True))[1]
    numbers["smallest W1 of a run"] = min(every[0])
    for name, (distances, estimates) in ends.items():
        numbers |= {f"mean W1, {name}": fmean(distances), f"mean estimate, {name}": fmean(estimates)}
    return numbers | {"ends": ends}


def _decide(numbers: Numbers) -> Word:
    found = numbers["correlation over all runs"]
    return "confirmed" if found > 0.8 else "refuted" if found < 0.4 else "undecided"


def _key(numbers: Numbers) -> str:
    return f"Spearman {numbers['correlation over all runs']:.2f} over {numbers['runs']} runs"


def _say(numbers: Numbers) -> str:
    told = [
        f"{name}: {numbers[f'mean estimate, {name}']:.2g} and {numbers[f'mean W1, {name}']:.2f}"
        for name in numbers["ends"]
    ]
    return (
        f"Over {numbers['runs']} runs with four critics the rank correlation of the last estimate with exact W1 is "
        f"{numbers['correlation over all runs']:.2f}. Mean estimate and mean W1 are, by critic, {'; '.join(told)}. The "
        f"run with the smallest estimate has W1 {numbers['W1 of the run with the smallest estimate']:.2f}, the best "
        f"run {numbers['smallest W1 of a run']:.2f}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, (distances, estimates)) in enumerate(numbers["ends"].items()):
        axes.plot(estimates, distances, label=name, **dots(place, markersize=5))
    axes.set(xlabel="WGAN's estimate at the end", ylabel="exact W1 at the end, a mark a run", ylim=(0, None))
    axes.set_xscale("log" if all(min(estimates) > 0 for _, estimates in numbers["ends"].values()) else "symlog")
    axes.legend(loc="lower left", fontsize=9)


CLAIM = Claim(
    source=f"{sources.S2}, which leaves out that the runs need the same critic; {sources.WGAN}, section 4.2, warns of "
    "comparing others",
    method=f"{METHOD}; 1,500 steps of the generator and five of the critic to each. Critics clipped to 0.03, 0.1 "
    f"and 0.3 and a penalised one. {CRITICS}. Exact W1 and WGAN's estimate E f(x) - E f(y), minus the critic's loss, "
    "are means over the last 150 steps.",
    rule="Confirmed if Spearman's correlation over all runs of the estimate with exact W1 is above 0.8, refuted if "
    "below 0.4.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=370,
)
