"""C59, training: D may be trained fully and then G fully: that covers the data as alternating steps do."""

from statistics import fmean

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import strips
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.ring import EVERY, LOSSES, MODES, SETTING, STEPS, last, trained
from gan_runner.compare.statistics import estimate, permutation

TURNS = (1, 5, 50)


def _measure(bench: Bench) -> Numbers:
    cells = {turns: trained(bench, *_game(turns)) for turns in TURNS}
    covered = {f"{turns}": last(runs, "occupied") for turns, runs in cells.items()}
    numbers: Numbers = {"seeds": bench.seeds}
    for turns, runs in cells.items():
        numbers |= {f"mean modes occupied, {turns}": fmean(covered[f"{turns}"])}
        numbers |= {f"modes occupied, {turns}": str(estimate(covered[f"{turns}"]))}
        numbers |= {f"W1, {turns}": str(estimate(last(runs, "w1")))}
        numbers |= {f"p, fewer than with 1, {turns}": permutation(covered[f"{turns}"], covered["1"])}
    return numbers | {"occupied": covered}


def _game(turns: int) -> tuple[tuple[str, ...], int, int]:
    """Return what is changed, the steps and how often to evaluate; each player has 2,000 updates in all."""
    if turns == 1:
        return LOSSES["non-saturating"], STEPS, EVERY
    words = (f"trainer.d_steps={turns}", f"trainer.g_steps={turns}")
    return (*LOSSES["non-saturating"], *words), STEPS // turns, max(EVERY // turns, 1)


def _decide(numbers: Numbers) -> Word:
    longer = ("5", "50")
    if any(numbers[f"p, fewer than with 1, {turns}"] < 0.05 for turns in longer):
        return "refuted"
    alike = all(numbers[f"mean modes occupied, {turns}"] >= numbers["mean modes occupied, 1"] - 1 for turns in longer)
    return "confirmed" if alike else "undecided"


def _key(numbers: Numbers) -> str:
    told = (f"{numbers[f'modes occupied, {turns}']} ({turns})" for turns in TURNS)
    return f"modes occupied by updates a turn: {', '.join(told)}"


def _say(numbers: Numbers) -> str:
    distances = ", ".join(f"{numbers[f'W1, {turns}']} ({turns})" for turns in TURNS)
    chances = ", ".join(f"{numbers[f'p, fewer than with 1, {turns}']:.2g} ({turns})" for turns in TURNS[1:])
    return (
        f"With 2,000 updates of each player in all, means of {numbers['seeds']} seeds, {_key(numbers)}; one-sided p "
        f"= {chances} if the length of turns made no difference. W1: {distances}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    rows = {f"{turns} and {turns}": values for turns, values in numbers["occupied"].items()}
    strips(axes, rows, {f"{turns} and {turns}": f"{numbers[f'mean modes occupied, {turns}']:.1f}" for turns in TURNS})
    axes.set(xlabel=f"modes occupied, of {MODES}; a mark a seed, bar: median", xlim=(-0.3, MODES + 0.3))
    axes.set_ylabel("updates a turn of D and of G")
    axes.set_title("mean", loc="right", fontsize=9)


CLAIM = Claim(
    source=f"{sources.S4}, whose program trains D on 20 batches, then G on 10, in every round",
    method=SETTING
    + "The non-saturating loss; turns of 1, 5 or 50 updates of D and then as many of G, 2,000 updates of "
    "each player in all. Modes with more than 1 % of 2,500 samples count as occupied.",
    rule="Refuted if turns of 5 or of 50 occupy fewer modes at the end than single updates, with p < 0.05, one-sided, "
    "by the exact permutation test over seeds; confirmed if on average neither is more than one mode below them.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=150,
)
