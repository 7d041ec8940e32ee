"""C48, training: the choice of the loss is not trivial: results differ strongly by loss."""

from statistics import median

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import strips
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.ring import LOSSES, MODES, SETTING, last, trained
from gan_runner.compare.statistics import estimate, kruskal_wallis


def _measure(bench: Bench) -> Numbers:
    cells = {name: trained(bench, words) for name, words in LOSSES.items()}
    covered = {name: last(runs, "occupied") for name, runs in cells.items()}
    apart = {name: last(runs, "w1") for name, runs in cells.items()}
    full = [name for name, counts in covered.items() if median(counts) == MODES]
    numbers: Numbers = {
        "seeds": bench.seeds,
        "losses": len(cells),
        "p, modes occupied": kruskal_wallis(list(covered.values())),
        "p, W1": kruskal_wallis(list(apart.values())),
        "losses that occupy all modes (median)": len(full),
        "p, W1, among these": kruskal_wallis([apart[name] for name in full]) if len(full) > 1 else 1.0,
    }
    for name, runs in cells.items():
        numbers |= {f"modes occupied, {name}": str(estimate(covered[name])), f"W1, {name}": str(estimate(apart[name]))}
        numbers |= {f"within 3 sd, {name}": str(estimate(last(runs, "high_quality")))}
    return numbers | {"occupied": covered, "distances": apart}


def _decide(numbers: Numbers) -> Word:
    chances = [numbers["p, modes occupied"], numbers["p, W1"]]
    return "confirmed" if max(chances) < 0.01 else "refuted" if min(chances) > 0.05 else "undecided"


def _key(numbers: Numbers) -> str:
    return f"Kruskal-Wallis p = {numbers['p, modes occupied']:.1g} (coverage), {numbers['p, W1']:.1g} (W1)"


def _say(numbers: Numbers) -> str:
    middle = {name: median(values) for name, values in numbers["distances"].items()}
    best, worst = min(middle, key=middle.__getitem__), max(middle, key=middle.__getitem__)
    return (
        f"Of {numbers['losses']} losses on the same networks {numbers['losses that occupy all modes (median)']} occupy "
        f"all eight modes in the median of {numbers['seeds']} seeds, and these still differ in W1 "
        f"(p = {numbers['p, W1, among these']:.1g}); the median W1 goes from {middle[best]:.2f} ({best}) to "
        f"{middle[worst]:.2f} ({worst}). {_key(numbers)}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    rows = dict(sorted(numbers["distances"].items(), key=lambda pair: median(pair[1])))
    notes = {name: f"{median(numbers['occupied'][name]):.0f} of {MODES}" for name in rows}
    strips(axes, rows, notes)
    axes.axvline(0.05, color="#A0A0A0", linewidth=1, dashes=(2, 2))
    axes.set(xlabel="W1 at the end (dotted: of real points)", xlim=(0, None))
    axes.set_title("modes occupied", loc="right", fontsize=9)


CLAIM = Claim(
    source=f"{sources.S3}, its conclusion",
    method=SETTING
    + "Only the loss is exchanged, with what belongs to it: clipping to 0.1 (WGAN) and 0.08 (GLS-GAN), a "
    "penalty of 10 (WGAN-GP) and five critic steps for both, margin 1 (LS-GAN, GLS-GAN), kernels of squared lengths "
    "0.01, 0.1 and 1 (GMMN). Modes with more than 1 % of 2,500 samples count as occupied; W1 is exact, of 512 points. "
    "(Ten of the losses were tried with one seed before, to see that they train at all.)",
    rule="Confirmed if a Kruskal-Wallis test over losses gives p < 0.01 for the occupied modes at the end and for W1; "
    "refuted if p > 0.05 for both.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=650,
)
