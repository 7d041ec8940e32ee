"""C30, training: with the same networks, least squares makes better digits than cross-entropy."""

from statistics import fmean

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.digits import QUICK, fids_and_classes
from gan_runner.compare.statistics import estimate

STEPS = 1500
LOSSES = {"cross-entropy": ["loss=nonsaturating"], "least squares": []}


def _measure(bench: Bench) -> Numbers:
    fids, classes = {}, {}
    for name, overrides in LOSSES.items():
        fids[name], classes[name] = fids_and_classes(bench.sweep("steps_mnist", [*overrides, *QUICK], STEPS))
    pairs = list(zip(fids["cross-entropy"], fids["least squares"], strict=True))
    return {
        "seeds": bench.seeds,
        "seeds in which least squares is better": sum(squares < entropy for entropy, squares in pairs),
        **{f"FID, {name}": str(estimate(values)) for name, values in fids.items()},
        **{f"classes covered, {name}": str(estimate(values)) for name, values in classes.items()},
        "mean difference of the FIDs": fmean(squares - entropy for entropy, squares in pairs),
        "FIDs": fids,
    }


def _decide(numbers: Numbers) -> Word:
    better, seeds = numbers["seeds in which least squares is better"], numbers["seeds"]
    if 0.5**seeds > 0.05:
        return "undecided"
    return "confirmed" if better == seeds else "refuted" if better == 0 else "undecided"


def _key(numbers: Numbers) -> str:
    return f"least squares is better in {numbers['seeds in which least squares is better']} of {numbers['seeds']} seeds"


def _say(numbers: Numbers) -> str:
    return (
        f"After {STEPS:,} steps {_key(numbers)}: FID on classifier features {numbers['FID, least squares']} against "
        f"{numbers['FID, cross-entropy']}, classes covered {numbers['classes covered, least squares']} against "
        f"{numbers['classes covered, cross-entropy']}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, fids in enumerate(numbers["FIDs"].values()):
        axes.plot([place] * len(fids), fids, **dots(place, markersize=6))
    for pair in zip(*numbers["FIDs"].values(), strict=True):
        axes.plot([0, 1], pair, color="#A0A0A0", linewidth=1, zorder=1)
    axes.set_xticks([0, 1], numbers["FIDs"].keys())
    axes.set(xlim=(-0.5, 1.5), ylim=(0, None), xlabel="loss; a line joins the runs of a seed")
    axes.set(ylabel="FID on classifier features")


CLAIM = Claim(
    source=f"{sources.S5}; {sources.S1}; {sources.S3}",
    method="The networks and settings of the post's program, recipe steps_mnist, for 1,500 of its 3,910 steps of 128: "
    "with least squares, and with the cross-entropy whose generator maximises log D, from the same weights and the "
    "same order of the digits in each seed. The FID on a digit classifier's features at the end. (A first trial was "
    "ended after 700 steps, when eight runs had FIDs of 91 to 105, least squares the higher one in each of three "
    "pairs: a single noisy picture has 105.)",
    rule="Confirmed if least squares has the lower FID in every seed, refuted if in none (five of five are the first "
    "to be significant in a sign test, p = 1/32 one-sided), otherwise undecided; with fewer than five seeds undecided.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=320,
)
