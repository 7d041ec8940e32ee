"""C24, training: With batch norm in G and with Adam, GAN collapses, as two posts print it."""

from statistics import median

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.norm_grid import METHOD, Cell, draw, measure
from gan_runner.compare.statistics import wilson

NS, LS = Cell("in both", "Adam", "GAN"), Cell("in both", "Adam", "LSGAN")


def _measure(bench: Bench) -> Numbers:
    numbers = measure(bench, [NS, LS])
    classes = numbers[f"classes at the end, {NS}"]
    return numbers | {
        "seeds with at most 5 classes, GAN": sum(count <= 5 for count in classes),
        "seeds with all 10 classes, GAN": sum(count == 10 for count in classes),
    }


def _decide(numbers: Numbers) -> Word:
    if numbers["seeds with at most 5 classes, GAN"] >= 0.8 * numbers["seeds"]:
        return "confirmed"
    return "refuted" if numbers["seeds with all 10 classes, GAN"] >= 0.8 * numbers["seeds"] else "undecided"


def _key(numbers: Numbers) -> str:
    whole, seeds = numbers["seeds with all 10 classes, GAN"], numbers["seeds"]
    low, high = wilson(whole, seeds)
    return f"all ten classes in {whole} of {seeds} seeds (95 % {low:.0%} to {high:.0%})"


def _say(numbers: Numbers) -> str:
    return (
        f"With batch norm in both nets and Adam the non-saturating GAN has {_key(numbers)}; the median FID is "
        f"{median(numbers[f'FID at the end, {NS}']):.3g}, LSGAN's {median(numbers[f'FID at the end, {LS}']):.3g}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    draw(numbers, [NS, LS], axes)


CLAIM = Claim(
    source=f"{sources.S1}; {sources.S5}; the paper that they retell says it of nets without batch norm in G "
    f"({sources.LSGAN}, section 4.2)",
    method=METHOD,
    rule="Confirmed if at most 5 classes are left in 80 % of the seeds or more, refuted if all 10 are there in 80 % or "
    "more.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=10,
    seconds=1000,
)
