"""C38, training: momentum, as in Adam, makes a clipped WGAN unstable; RMSProp does not."""

from collections.abc import Callable
from functools import partial
from statistics import fmean

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.clipped import METHOD, STEPS, train
from gan_runner.compare.statistics import fisher, wilson

RATES = (5e-5, 2e-4, 1e-3)
Make = Callable[[list[Tensor], float], torch.optim.Optimizer]


def _adam(first: float, weights: list[Tensor], rate: float) -> torch.optim.Optimizer:
    return torch.optim.Adam(weights, rate, (first, 0.999))


OPTIMIZERS: dict[str, Make] = {
    "Adam 0.9": partial(_adam, 0.9),
    "Adam 0.5": partial(_adam, 0.5),
    "Adam 0": partial(_adam, 0.0),
    "RMSProp": torch.optim.RMSprop,
    "SGD": torch.optim.SGD,
}
WITH, WITHOUT = ("Adam 0.9", "Adam 0.5"), ("Adam 0", "RMSProp")


def _measure(bench: Bench) -> Numbers:
    numbers: Numbers = {"runs an optimizer": len(RATES) * bench.seeds}
    falls: dict[str, list[list[float]]] = {}
    for name, make in OPTIMIZERS.items():
        courses = []
        for rate in RATES:

            def optimizer(weights: list[Tensor], make: Make = make, rate: float = rate) -> torch.optim.Optimizer:
                return make(weights, rate)

            courses.append(train(bench.seeds, bench.steps(STEPS), optimizer))
        falls[name] = [[_fall_back(distances) for distances in course.distances] for course in courses]
        numbers[f"unstable runs, {name}"] = sum(fall > 1.5 for row in falls[name] for fall in row)
        numbers[f"steps against the gradient, {name}"] = fmean(course.against for course in courses)
        for rate, course in zip(RATES, courses, strict=True):
            numbers[f"mean W1 at the end, {name}, rate {rate:g}"] = fmean(row[-1] for row in course.distances)
    unstable = [sum(numbers[f"unstable runs, {name}"] for name in names) for names in (WITH, WITHOUT)]
    runs = 2 * numbers["runs an optimizer"]
    numbers |= {"p of Fisher's test": fisher((unstable[0], unstable[1]), (runs, runs), "greater")}
    return numbers | {"unstable with momentum": unstable[0], "unstable without": unstable[1], "falls": falls}


def _fall_back(distances: list[float]) -> float:
    """Return by how much W1, after the first fifth, has exceeded its lowest value before."""
    lowest, worst = min(distances[: len(distances) // 5 + 1]), 1.0
    for value in distances[len(distances) // 5 + 1 :]:
        worst, lowest = max(worst, value / lowest), min(lowest, value)
    return worst


def _decide(numbers: Numbers) -> Word:
    if numbers["unstable with momentum"] <= numbers["unstable without"]:
        return "refuted"
    return "confirmed" if numbers["p of Fisher's test"] < 0.05 else "undecided"


def _key(numbers: Numbers) -> str:
    runs, told = 2 * numbers["runs an optimizer"], []
    for word in ("with momentum", "without"):
        count = numbers[f"unstable {word}"]
        low, high = wilson(count, runs)
        told.append(f"{count} of {runs} {word} (95 % {low:.0%} to {high:.0%})")
    return f"unstable: {', '.join(told)}"


def _say(numbers: Numbers) -> str:
    key, p_value = _key(numbers), numbers["p of Fisher's test"]
    told = ", ".join(f"{numbers[f'unstable runs, {name}']} ({name})" for name in OPTIMIZERS)
    fastest = ", ".join(str(sum(fall > 1.5 for fall in numbers["falls"][name][-1])) for name in OPTIMIZERS)
    against = max(numbers[f"steps against the gradient, {name}"] for name in OPTIMIZERS)
    return (
        f"{key[0].upper()}{key[1:]}, one-sided p = {p_value:.2g}; by the critic's optimizer, of "
        f"{numbers['runs an optimizer']} each, {told}; at the largest rate alone {fastest}, in that order. "
        f"Of the critic's steps that were looked at {against:.2%} at most go against its gradient."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, rows) in enumerate(numbers["falls"].items()):
        for group, values in enumerate(rows):
            middle = group + 0.16 * (place - 2)
            axes.plot([middle] * len(values), values, label=None if group else name, **dots(place, markersize=4.5))
    axes.axhline(1.5, color="#A0A0A0", linewidth=1)
    axes.set(xlabel="learning rate of the critic", ylabel="W1 / its lowest before, at worst", yscale="log")
    axes.set_xticks(range(len(RATES)), [f"{rate:g}" for rate in RATES])
    axes.set_yticks([1, 1.5, 2, 3, 5, 10], ["1", "1.5", "2", "3", "5", "10"])
    axes.minorticks_off()
    axes.legend(title="critic's optimizer (Adam's beta1)", title_fontsize=9, fontsize=9, ncols=2)


CLAIM = Claim(
    source=f"{sources.S2}; {sources.WGAN}, section 4.3",
    method=f"{METHOD}. The critic's optimizer is Adam with beta1 of 0.9, 0.5 or 0, RMSProp or plain SGD, at rates of "
    "5e-5, 2e-4 and 1e-3. Exact W1 of 256 samples at 40 looks, of which the first nine are the first fifth. (One first "
    "trial, Adam with beta1 0.5 at 5e-4 for both players, swung between 0.4 and 0.7.)",
    rule="A run is unstable if after the first fifth of its looks W1 ever exceeds its lowest value before by more than "
    "half. Confirmed if more runs of Adam with beta1 0.5 and 0.9 are unstable than of RMSProp and Adam with beta1 0, "
    "by Fisher's exact test with p < 0.05; refuted if no more are. SGD, which hardly learns at such rates, does not "
    "count.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=250,
)
