"""C28, training: One Adam on the sum of LSGAN's real and fake terms never learns; an Adam for each does."""

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.norm_grid import METHOD, Cell, draw, measure, rate

CELLS = [Cell("in both", "Adam", loss, separate=two) for loss in ("LSGAN", "LSGAN (-1, 1, 0)") for two in (False, True)]


def _measure(bench: Bench) -> Numbers:
    numbers = measure(bench, CELLS)
    for two, name in ((False, "one Adam"), (True, "two Adams")):
        numbers[f"seeds that learn with every set of labels, {name}"] = min(
            numbers[f"seeds that learn, {cell}"] for cell in CELLS if cell.separate is two
        )
        numbers[f"seeds that learn with some set of labels, {name}"] = max(
            numbers[f"seeds that learn, {cell}"] for cell in CELLS if cell.separate is two
        )
    return numbers


def _decide(numbers: Numbers) -> Word:
    seeds = numbers["seeds"]
    one = numbers["seeds that learn with some set of labels, one Adam"] / seeds
    two = numbers["seeds that learn with every set of labels, two Adams"] / seeds
    if one <= 0.2 and two >= 0.8:
        return "confirmed"
    return "refuted" if numbers["seeds that learn with every set of labels, one Adam"] / seeds >= 0.8 else "undecided"


def _key(numbers: Numbers) -> str:
    return "learn: " + "; ".join(f"{cell.loss}, {_name(cell)} {rate(numbers, cell)}" for cell in CELLS)


def _name(cell: Cell) -> str:
    return "two Adams" if cell.separate else "one Adam"


def _say(numbers: Numbers) -> str:
    return f"Of {numbers['seeds']} seeds {_key(numbers)}."


def _draw(numbers: Numbers, axes: Axes) -> None:
    draw(numbers, CELLS, axes)


CLAIM = Claim(
    source=f"{sources.S1}; {sources.S5}",
    method=f"{METHOD} Batch norm is in both nets, LSGAN with labels (a, b, c) of (0, 1, 1) and (-1, 1, 0). One Adam "
    "steps on the sum of D's two terms; or two step in turn on the same weights, the first on the fake, the second on "
    "the real term.",
    rule="Confirmed if one Adam learns in at most 20 % of the seeds and two in at least 80 %, with both sets of "
    "labels; refuted if one Adam learns in at least 80 % with both.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=1000,
)
