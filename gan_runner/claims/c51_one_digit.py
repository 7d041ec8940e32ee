"""C51, training: the post's GAN in MATLAB ends with one digit only, whichever the run."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.digits import QUICK, fids_and_classes
from gan_runner.compare.statistics import estimate
from gan_runner.data.mnist import load
from gan_runner.metrics.classifier import Classifier
from gan_runner.trained import Trained

STEPS, SAMPLES, REAL, OTHERS = 300, 1000, 5000, 1000
CELLS = {"as posted": [], "without dropout of pixels": ["arch.generator.dropout=0"]}


def _measure(bench: Bench) -> Numbers:
    numbers: Numbers = {"seeds": bench.seeds}
    shares: dict[str, dict[str, list[float]]] = {}
    for name, overrides in CELLS.items():
        runs = bench.sweep("matlab_mnist", [*overrides, *QUICK], STEPS)
        pictures = [Trained(run.folder, device="cpu").sample(SAMPLES) for run in runs]
        largest, digits = [_largest(one) for one in pictures], [_digits(one) for one in pictures]
        shares[name] = {"largest class": largest, "near a real digit": digits}
        pairs = list(zip(largest, digits, strict=True))
        numbers |= {
            f"seeds with one digit, {name}": sum(largest > 0.6 and digits > 0.5 for largest, digits in pairs),
            f"seeds with several digits, {name}": sum(largest <= 0.6 and digits > 0.5 for largest, digits in pairs),
            f"share of the largest class, {name}": str(estimate(largest)),
            f"share near a real digit, {name}": str(estimate(digits)),
            f"FID, {name}": str(estimate(fids_and_classes(runs)[0])),
            f"seconds of training, {name}": sum(run.seconds for run in runs),
        }
    return numbers | {"shares": shares}


def _largest(pictures: Tensor) -> float:
    """Return the share of the digit that the classifier sees most."""
    classifier = Classifier(SAMPLES, neighbours=0)
    classifier.prepare(load(), torch.device("cpu"))
    return float(torch.bincount(classifier.predicted(pictures)).max() / len(pictures))


def _digits(pictures: Tensor) -> float:
    """Return the share of pictures that are no farther from their nearest real digit than any other real digit."""
    real = load(limit=REAL + OTHERS).samples
    assert isinstance(real, Tensor)
    known, others = torch.split(real.flatten(1) / 127.5 - 1, [REAL, OTHERS])
    limit = torch.cdist(others, known).amin(dim=1).max()
    return float((torch.cdist(pictures.flatten(1), known).amin(dim=1) <= limit).float().mean())


def _decide(numbers: Numbers) -> Word:
    one, several = (
        numbers[f"seeds with {kind}, as posted"] / numbers["seeds"] for kind in ("one digit", "several digits")
    )
    return "confirmed" if one >= 0.8 else "refuted" if several >= 0.5 else "undecided"


def _key(numbers: Numbers) -> str:
    one, several = (numbers[f"seeds with {kind}, as posted"] for kind in ("one digit", "several digits"))
    return f"of {numbers['seeds']} seeds {one} make one digit, {several} several, the others none"


def _say(numbers: Numbers) -> str:
    name = "without dropout of pixels"
    return (
        f"After {STEPS} rounds, {_key(numbers)}. The classifier puts a share of "
        f"{numbers['share of the largest class, as posted']} of a run's pictures into one class, but of "
        f"{numbers['share near a real digit, as posted']} only can it be said that they are digits (FID "
        f"{numbers['FID, as posted']}). Without the dropout on the generator's picture these are "
        f"{numbers[f'share of the largest class, {name}']} and {numbers[f'share near a real digit, {name}']}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, shares) in enumerate(numbers["shares"]["as posted"].items()):
        axes.plot(range(len(shares)), shares, label=name, **dots(place, markersize=9))
    axes.set_xticks(range(len(shares)))
    axes.set(xlabel="seed", ylabel="share of a run's pictures", ylim=(-0.05, 1.05))
    axes.legend(ncols=2, loc="upper center", bbox_to_anchor=(0.5, 1.18), columnspacing=1, handletextpad=0.2)


CLAIM = Claim(
    source=f"{sources.S4}, which takes a conditional GAN for the remedy",
    method="The post's program as the recipe matlab_mnist, for 300 of its 1,500 rounds of 20 and 10 steps: 1,000 "
    "samples, sorted by a classifier of digits. A picture counts as a digit if it is no farther from the nearest of "
    "5,000 real digits than the farthest of 1,000 others. Beside it the same without the toolbox's dropout on the "
    "generator's picture. (The first form of the rule asked for the class alone, and all five seeds fulfilled it with "
    "pictures of noise, which the classifier puts into one class; so it now asks for digits, too.)",
    rule="A seed makes digits if more than half of its pictures count as such, and one digit if besides more than 0.6 "
    "are of the same class. Confirmed if four of five seeds of the program as posted make one digit, refuted if half "
    "make several, otherwise undecided.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=280,
)
