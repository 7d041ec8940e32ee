"""C23, training: Without batch norm in G and with Adam, LSGAN learns in some runs and GAN in none."""

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.norm_grid import METHOD, Cell, draw, measure, rate
from gan_runner.compare.statistics import fisher

LS, NS = Cell("not in G", "Adam", "LSGAN"), Cell("not in G", "Adam", "GAN")


def _measure(bench: Bench) -> Numbers:
    numbers = measure(bench, [LS, NS])
    squares, entropy = (numbers[f"seeds that learn, {cell}"] for cell in (LS, NS))
    return numbers | {"p by Fisher": fisher((squares, entropy), (bench.seeds, bench.seeds))}


def _decide(numbers: Numbers) -> Word:
    squares = numbers["seeds that learn, LSGAN, Adam, norm not in G"]
    entropy = numbers["seeds that learn, GAN, Adam, norm not in G"]
    if entropy == 0 and squares > 0 and numbers["p by Fisher"] < 0.05:
        return "confirmed"
    return "refuted" if 2 * entropy > numbers["seeds"] or squares == 0 else "undecided"


def _key(numbers: Numbers) -> str:
    return f"learn: LSGAN {rate(numbers, LS)}, GAN {rate(numbers, NS)}; p = {numbers['p by Fisher']:.2g}"


def _say(numbers: Numbers) -> str:
    return (
        f"Without batch norm in G and with Adam, {rate(numbers, LS)} seeds learn with LSGAN and {rate(numbers, NS)} "
        f"with the non-saturating GAN (Fisher's test p = {numbers['p by Fisher']:.2g})."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    draw(numbers, [LS, NS], axes)


CLAIM = Claim(
    source=f"{sources.S1}; {sources.S5}; {sources.LSGAN}, section 4.2",
    method=METHOD,
    rule="Confirmed if no seed learns with the non-saturating loss, some do with least squares, and Fisher's two-sided "
    "test has p < 0.05; refuted if more than half of the seeds learn with the non-saturating loss, or none does with "
    "least squares.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=10,
    seconds=1200,
)
