"""C26, training: LSGAN and GAN do alike without norm in G and with RMSProp, and without any norm and with Adam."""

from statistics import median

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.norm_grid import METHOD, Cell, draw, measure, rate
from gan_runner.compare.statistics import wilson

PLACES = (("not in G", "RMSProp"), ("nowhere", "Adam"))
CELLS = [Cell(norm, optimizer, loss) for norm, optimizer in PLACES for loss in ("LSGAN", "GAN")]


def _measure(bench: Bench) -> Numbers:
    numbers = measure(bench, CELLS)
    for squares, entropy in (CELLS[:2], CELLS[2:]):
        learned = [numbers[f"seeds that learn, {cell}"] for cell in (squares, entropy)]
        (low, high), (least, most) = (wilson(count, bench.seeds) for count in learned)
        place = f"{squares.optimizer}, norm {squares.norm}"
        numbers[f"difference of the shares, {place}"] = abs(learned[0] - learned[1]) / bench.seeds
        numbers[f"intervals overlap, {place}"] = low <= most and least <= high
    return numbers


def _decide(numbers: Numbers) -> Word:
    differences = [value for name, value in numbers.items() if name.startswith("difference of the shares")]
    overlap = [value for name, value in numbers.items() if name.startswith("intervals overlap")]
    if not all(overlap):
        return "refuted"
    return "confirmed" if max(differences) < 0.3 else "undecided"


def _key(numbers: Numbers) -> str:
    shown = [f"{cell}: {rate(numbers, cell)}" for cell in CELLS]
    return "learn: " + "; ".join(shown)


def _say(numbers: Numbers) -> str:
    lost = all(numbers[f"seeds that learn, {cell}"] == 0 for cell in CELLS)
    alike = " As none learns, the rule is met without saying that they do alike." if lost else ""
    told = "; ".join(
        f"{cell}: {median(numbers[f'classes at the end, {cell}']):g} of 10, {numbers[f'median FID, {cell}']:.0f}"
        for cell in CELLS
    )
    return f"Of {numbers['seeds']} seeds {_key(numbers)}.{alike} Median classes and FID, which do not count: {told}."


def _draw(numbers: Numbers, axes: Axes) -> None:
    draw(numbers, CELLS, axes)


CLAIM = Claim(
    source=f"{sources.S1}; {sources.S5}; {sources.LSGAN}, section 4.2",
    method=METHOD,
    rule="Confirmed if in both places the shares of seeds that learn differ by less than 0.3 and their 95 % intervals "
    "overlap, refuted if in one place the intervals do not overlap.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=10,
    seconds=2000,
)
