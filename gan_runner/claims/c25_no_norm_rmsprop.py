"""C25, training: Without any batch norm and with RMSProp, LSGAN makes better pictures than GAN."""

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.norm_grid import METHOD, Cell, draw, measure
from gan_runner.compare.statistics import sign_test

LS, NS = Cell("nowhere", "RMSProp", "LSGAN"), Cell("nowhere", "RMSProp", "GAN")


def _measure(bench: Bench) -> Numbers:
    numbers = measure(bench, [LS, NS])
    squares, entropy = (numbers[f"FID at the end, {cell}"] for cell in (LS, NS))
    return numbers | {
        "seeds in which LSGAN is nearer": sum(a < b for a, b in zip(squares, entropy, strict=True)),
        "sign test, p": sign_test(squares, entropy),
    }


def _decide(numbers: Numbers) -> Word:
    if numbers["sign test, p"] >= 0.05:
        return "undecided"
    return "confirmed" if 2 * numbers["seeds in which LSGAN is nearer"] > numbers["seeds"] else "refuted"


def _key(numbers: Numbers) -> str:
    return (
        f"LSGAN nearer in {numbers['seeds in which LSGAN is nearer']} of {numbers['seeds']} seeds, "
        f"p = {numbers['sign test, p']:.2g}"
    )


def _say(numbers: Numbers) -> str:
    learned = any(numbers[f"seeds that learn, {cell}"] for cell in (LS, NS))
    lost = "" if learned else ", though by the mark of C24 neither learns in any seed"
    return (
        f"{_key(numbers)} by the sign test{lost}; median FID {numbers[f'median FID, {LS}']:.3g} for LSGAN, "
        f"{numbers[f'median FID, {NS}']:.3g} for the non-saturating GAN."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    draw(numbers, [LS, NS], axes)


CLAIM = Claim(
    source=f"{sources.S1}; {sources.S5}; {sources.LSGAN}, section 4.2",
    method=METHOD,
    rule="Decided by a two-sided sign test over seeds on the last FID at p < 0.05: confirmed if LSGAN's is lower in "
    "more than half of the seeds, refuted if in fewer; undecided otherwise.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=10,
    seconds=1300,
)
