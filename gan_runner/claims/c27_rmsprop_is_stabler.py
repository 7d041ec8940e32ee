"""C27, training: For GAN without batch norm in G, RMSProp is stabler than Adam."""

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.norm_grid import METHOD, Cell, draw, measure
from gan_runner.compare.statistics import fisher

RATES = (5e-5, 2e-4, 1e-3)
CELLS = {name: [Cell("not in G", name, "GAN", rate) for rate in RATES] for name in ("RMSProp", "Adam")}


def _measure(bench: Bench) -> Numbers:
    numbers = measure(bench, [cell for cells in CELLS.values() for cell in cells])
    learned = {name: sum(numbers[f"seeds that learn, {cell}"] for cell in cells) for name, cells in CELLS.items()}
    runs = len(RATES) * bench.seeds
    return numbers | {
        "runs": runs,
        **{f"runs that learn, {name}": count for name, count in learned.items()},
        "p by Fisher": fisher((learned["RMSProp"], learned["Adam"]), (runs, runs)),
    }


def _decide(numbers: Numbers) -> Word:
    if numbers["p by Fisher"] >= 0.05:
        return "undecided"
    return "confirmed" if numbers["runs that learn, RMSProp"] > numbers["runs that learn, Adam"] else "refuted"


def _key(numbers: Numbers) -> str:
    return (
        f"of {numbers['runs']} runs learn: RMSProp {numbers['runs that learn, RMSProp']}, "
        f"Adam {numbers['runs that learn, Adam']}; p = {numbers['p by Fisher']:.2g}"
    )


def _say(numbers: Numbers) -> str:
    return f"Over learning rates of 5e-5, 2e-4 and 1e-3, {_key(numbers)} (Fisher's test)."


def _draw(numbers: Numbers, axes: Axes) -> None:
    draw(numbers, [cell for cells in CELLS.values() for cell in cells], axes)


CLAIM = Claim(
    source=f"{sources.S1}; {sources.S5}; {sources.WGAN}, section 4.3",
    method=f"{METHOD} Here the learning rate is 5e-5, 2e-4 and 1e-3.",
    rule="Decided by Fisher's two-sided test on the runs that learn, over all three rates, at p < 0.05: confirmed if "
    "there are more with RMSProp, refuted if with Adam; undecided otherwise.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=10,
    seconds=3000,
)
