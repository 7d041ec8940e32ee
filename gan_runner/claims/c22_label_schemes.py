"""C22, training: LSGAN with labels (-1, 1, 0) learns no worse than with (0, 1, 1)."""

from statistics import median

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.official_mixture import runs
from gan_runner.compare.statistics import sign_test

CHI, PLAIN = "(-1, 1, 0)", "(0, 1, 1)"


def _measure(bench: Bench) -> Numbers:
    numbers: Numbers = {"seeds": bench.seeds}
    for labels in (CHI, PLAIN):
        found = runs(bench, f"LSGAN {labels}")
        numbers |= {
            f"W1 at the end, {labels}": [run.final["w1"] for run in found],
            f"modes occupied at the end, {labels}": [run.final["occupied"] for run in found],
            f"share within 3 sd at the end, {labels}": [run.final["high_quality"] for run in found],
        }
    pairs = list(zip(numbers[f"W1 at the end, {CHI}"], numbers[f"W1 at the end, {PLAIN}"], strict=True))
    numbers["seeds in which (-1, 1, 0) is nearer"] = sum(chi < plain for chi, plain in pairs)
    numbers["sign test, p"] = sign_test(*map(list, zip(*pairs, strict=True)))
    return numbers | {f"median W1, {labels}": median(numbers[f"W1 at the end, {labels}"]) for labels in (CHI, PLAIN)}


def _decide(numbers: Numbers) -> Word:
    if numbers["sign test, p"] >= 0.05:
        return "undecided"
    return "confirmed" if 2 * numbers["seeds in which (-1, 1, 0) is nearer"] > numbers["seeds"] else "refuted"


def _key(numbers: Numbers) -> str:
    return (
        f"median W1 {numbers[f'median W1, {CHI}']:.3f} for {CHI}, {numbers[f'median W1, {PLAIN}']:.3f} for {PLAIN}; "
        f"sign test p = {numbers['sign test, p']:.2g}"
    )


def _say(numbers: Numbers) -> str:
    return (
        f"{_key(numbers)}: {CHI} ends nearer to the data in {numbers['seeds in which (-1, 1, 0) is nearer']} of "
        f"{numbers['seeds']} seeds. It occupies {median(numbers[f'modes occupied at the end, {CHI}']):g} of 8 modes in "
        f"the median, {PLAIN} {median(numbers[f'modes occupied at the end, {PLAIN}']):g}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, labels in enumerate((CHI, PLAIN)):
        values = numbers[f"W1 at the end, {labels}"]
        axes.plot(range(len(values)), values, label=f"labels {labels}", **dots(place))
    axes.axhline(0.05, color="#777777", linewidth=1, linestyle=":")
    axes.annotate("512 points of the data themselves", (0, 0.05), (2, 3), textcoords="offset points", fontsize=9)
    axes.set(xlabel="seed", ylabel="W1 at 35,000 steps", ylim=(0, None))
    axes.legend()


CLAIM = Claim(
    source=f"{sources.LSGAN}, eq. 8 and 9; Mao et al. 2017, arXiv 1712.06391",
    method="The runs of C21 with both sets of labels, paired by seed: exact W1 of 512 points from the data after "
    "35,000 steps on eight Gaussians.",
    rule="Decided by a two-sided sign test over the seeds at p < 0.05: confirmed if (-1, 1, 0) ends nearer to the data "
    "in more than half of the seeds, refuted if in fewer; undecided otherwise.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=10,
    seconds=4200,
)
