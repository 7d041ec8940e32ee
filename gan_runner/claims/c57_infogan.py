"""C57, training: InfoGAN's code is predictable from the picture, disentangled, and easy to train."""

import math
from collections import Counter

import torch
from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import strips
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.codes import ask, information, matching, strongest
from gan_runner.claims.digits import QUICK, fids_and_classes
from gan_runner.compare.runs import Run
from gan_runner.compare.statistics import estimate
from gan_runner.data.mnist import load
from gan_runner.metrics.classifier import Classifier
from gan_runner.trained import Trained

STEPS, SAMPLES = 1000, 5120
DEMANDED = {"information": 0.8, "matching": 0.7, "stronger code": 0.5}
ROWS = {
    "information": "information,\nshare of log 10",
    "matching": "best matching\nwith digits",
    "stronger code": "R$^2$, stronger\ncontinuous code",
    "weaker code": "R$^2$, weaker\ncontinuous code",
}
FAILED = dict.fromkeys(ROWS, 0.0)
"""What a run that failed counts with."""


def _measure(bench: Bench) -> Numbers:
    runs = bench.sweep("infogan_mnist", QUICK, STEPS)
    classifier = Classifier(SAMPLES, neighbours=0)
    classifier.prepare(load(), torch.device("cpu"))
    judged = [(FAILED, []) if run.failed else _judge(run, classifier) for run in runs]
    values = {name: [found[name] for found, _ in judged] for name in ROWS}
    holds = {name: [value > DEMANDED[name] for value in values[name]] for name in DEMANDED}
    numbers: Numbers = {"seeds": bench.seeds}
    numbers |= {f"seeds that fulfil it, {name}": sum(held) for name, held in holds.items()}
    numbers |= {"seeds that fulfil all three": sum(all(held) for held in zip(*holds.values(), strict=True))}
    numbers |= {f"mean, {name}": str(estimate(found)) for name, found in values.items()}
    fids, classes = fids_and_classes(runs)
    numbers |= {"FID": str(estimate(fids)), "classes covered": str(estimate(classes))}
    moved = Counter(name for _, names in judged for name in names)
    return numbers | {"values": values, "moved": dict(sorted(moved.items()))}


def _judge(run: Run, classifier: Classifier) -> tuple[dict[str, float], list[str]]:
    """Return a run's numbers, and the property that each continuous code moves most."""
    trained = Trained(run.folder, device="cpu")
    asked = ask(trained, SAMPLES)
    (weaker, first), (stronger, second) = strongest(asked)
    right = matching(asked.values, classifier.predicted(asked.pictures).cpu())
    told = (information(trained, asked) / math.log(10), right, stronger, weaker)
    return dict(zip(ROWS, told, strict=True)), [first, second]


def _decide(numbers: Numbers) -> Word:
    seeds = numbers["seeds"]
    if numbers["seeds that fulfil all three"] >= 0.75 * seeds:
        return "confirmed"
    names = ("information", "matching", "stronger code")
    least = min(numbers[f"seeds that fulfil it, {name}"] for name in names)
    return "refuted" if least <= 0.5 * seeds else "undecided"


def _key(numbers: Numbers) -> str:
    return (
        f"{numbers['seeds that fulfil all three']} of {numbers['seeds']} seeds fulfil all three: information "
        f"{numbers['mean, information']} of log 10, matching {numbers['mean, matching']}, R^2 of the stronger "
        f"code {numbers['mean, stronger code']}"
    )


def _say(numbers: Numbers) -> str:
    counts = {name: numbers[f"seeds that fulfil it, {name}"] for name in DEMANDED}
    moved = ", ".join(f"{name} ({count})" for name, count in numbers["moved"].items()) or "nothing"
    return (
        f"After {STEPS:,} of the recipe's 5,000 steps, means of {numbers['seeds']} seeds: Q reads "
        f"{numbers['mean, information']} of the category's log 10 nats (enough in {counts['information']}), the best "
        f"matching of its values with digits is right for {numbers['mean, matching']} of the pictures (enough in "
        f"{counts['matching']}), and R^2 is {numbers['mean, stronger code']} for the stronger "
        f"continuous code (enough in {counts['stronger code']}) and {numbers['mean, weaker code']} for the weaker. "
        f"What they move most: {moved}. {numbers['classes covered']} classes are covered, FID on classifier features "
        f"{numbers['FID']}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    values = numbers["values"]
    notes = {ROWS[name]: f"{value:g}" for name, value in DEMANDED.items()}
    strips(axes, {text: values[name] for name, text in ROWS.items()}, notes)
    for row, value in enumerate(DEMANDED.values()):
        axes.plot([value] * 2, [row - 0.45, row + 0.45], color="#D55E00", linestyle=":", linewidth=2)
    lowest = min(min(found) for found in values.values())
    axes.set(xlim=(min(-0.02, lowest - 0.05), 1.02), xlabel="a mark a seed; bar: median; dotted: demanded")
    axes.set_title("demanded", loc="right", fontsize=9)


CLAIM = Claim(
    source=f"{sources.S4}, on InfoGAN; Chen et al. 2016, arXiv 1606.03657",
    method="The nets, codes and settings of InfoGAN's official code for MNIST as the recipe infogan_mnist, 1,000 of "
    "its 5,000 steps, so that a run costs about four minutes of a core (0.26 seconds a step, on a busy one). 5,120 "
    "pictures of each run, 512 for each of the ten values of the categorical code, noise and continuous codes drawn as "
    "in training. The bound that a run logs counts the continuous codes, too, so the category's part, log 10 + E log "
    "Q(c | x), is computed on these pictures. Digits are named by a classifier. Of each continuous code and each of "
    "slant (cov(x, y) / var(y) of the ink), mean horizontal and vertical position and thickness (all ink), R^2 of "
    "the property as a linear function of the code is taken within each value of the category, noise and the other "
    "code varying, and averaged over the ten; the property with the largest counts.",
    rule="Three things are demanded of a seed: the category's part of the bound is above 0.8 log 10 nats; the best "
    "one-to-one matching of the ten values with the ten digits is right for more than 0.7 of the pictures; R^2 is "
    "above 0.5 for one of the two continuous codes at least. Confirmed if three of four seeds fulfil all three, "
    "refuted if one of the three is fulfilled by at most half of the seeds, otherwise undecided.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=4,
    seconds=1100,
)
