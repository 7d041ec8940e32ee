"""C52, training: how many updates D has to one of G, twice as many in the post's program, changes the result."""

from statistics import fmean

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import strips
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.ring import EVERY, LOSSES, MODES, SETTING, STEPS, last, trained
from gan_runner.compare.statistics import estimate, kruskal_wallis

RATIOS = {"1:2": (1, 2), "1:1": (1, 1), "2:1": (2, 1), "5:1": (5, 1)}


def _measure(bench: Bench) -> Numbers:
    numbers: Numbers = {"seeds": bench.seeds}
    covered, distances = {}, {}
    for ratio, turns in RATIOS.items():
        runs = trained(bench, *_game(*turns))
        covered[ratio], distances[ratio] = last(runs, "occupied"), last(runs, "w1")
        numbers |= {f"mean modes occupied, {ratio}": fmean(covered[ratio])}
        numbers |= {f"modes occupied, {ratio}": str(estimate(covered[ratio]))}
        numbers |= {f"W1, {ratio}": str(estimate(distances[ratio]))}
    numbers |= {"p, modes": kruskal_wallis(list(covered.values())), "p, W1": kruskal_wallis(list(distances.values()))}
    return numbers | {"occupied": covered, "w1": distances}


def _game(d_steps: int, g_steps: int) -> tuple[tuple[str, ...], int, int]:
    """Return what is changed, the rounds and how often to evaluate; G has 2,000 updates in all."""
    words = {"d_steps": d_steps, "g_steps": g_steps}
    changed = [f"trainer.{name}={value}" for name, value in words.items() if value > 1]
    return (*LOSSES["non-saturating"], *changed), STEPS // g_steps, EVERY // g_steps


def _decide(numbers: Numbers) -> Word:
    if numbers["p, modes"] < 0.05:
        return "confirmed"
    means = [numbers[f"mean modes occupied, {ratio}"] for ratio in ("1:2", "1:1", "2:1", "5:1")]
    return "refuted" if max(means) - min(means) <= 0.5 else "undecided"


def _key(numbers: Numbers) -> str:
    told = ", ".join(f"{numbers[f'modes occupied, {ratio}']} ({ratio})" for ratio in RATIOS)
    return f"modes occupied by D:G: {told}; p = {numbers['p, modes']:.2g}"


def _say(numbers: Numbers) -> str:
    distances = ", ".join(f"{numbers[f'W1, {ratio}']} ({ratio})" for ratio in RATIOS)
    return (
        f"With 2,000 updates of G and means of {numbers['seeds']} seeds, {_key(numbers)} if they were alike. W1: "
        f"{distances}; p = {numbers['p, W1']:.2g}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    told = {ratio: f"{numbers[f'mean modes occupied, {ratio}']:.1f}" for ratio in RATIOS}
    strips(axes, numbers["occupied"], told)
    axes.set(xlabel=f"modes occupied, of {MODES}; a mark a seed, bar: median", xlim=(-0.3, MODES + 0.3))
    axes.set_ylabel("updates of D : of G")
    axes.set_title("mean", loc="right", fontsize=9)


CLAIM = Claim(
    source=f"{sources.S4}, whose program gives D 20 updates and G 10 in every round",
    method=SETTING + "The non-saturating loss; in every round one or more updates of D, then one or two of G, until G "
    "has 2,000. Modes with more than 1 % of 2,500 samples count as occupied.",
    rule="Confirmed if the Kruskal-Wallis test over the four ratios finds different numbers of modes occupied at the "
    "end, p < 0.05; refuted if it does not and their means differ by at most half a mode; undecided otherwise. W1 is "
    "told beside it and does not count.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=10,
    seconds=500,
)
