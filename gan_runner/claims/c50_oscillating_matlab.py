"""C50, training: The post's GAN in MATLAB oscillates and does not converge."""

from statistics import fmean, median, pstdev

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import line
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.compare.runs import Run
from gan_runner.compare.statistics import wilson

STEPS, LAST = 1500, 500
CELLS = {"as posted": [], "without dropout of pixels": ["arch.generator.dropout=0"]}
QUIET = ["metric=none", "logger=none", "trainer.log_every=10", "trainer.sample_every=0", "trainer.save_every=0"]


def _measure(bench: Bench) -> Numbers:
    numbers: Numbers = {"seeds": bench.seeds}
    for name, words in CELLS.items():
        runs = bench.sweep("matlab_mnist", [*words, *QUIET], STEPS)
        indices = [_index(run, bench.steps(LAST)) for run in runs]
        numbers |= {
            f"seeds above 0.5, {name}": sum(index > 0.5 for index in indices),
            f"median oscillation, {name}": median(indices),
            f"oscillations, {name}": indices,
            f"errors of D, seed 0, {name}": _errors(runs[0])[1],
        }
    return numbers | {"rounds": _errors(runs[0])[0]}


def _errors(run: Run) -> tuple[list[int], list[float]]:
    return run.curves["loss/discriminator/adversarial"]


def _index(run: Run, last: int) -> float:
    """Return standard deviation over mean of D's error in the ``last`` rounds."""
    rounds, errors = _errors(run)
    late = [error for at, error in zip(rounds, errors, strict=True) if at > rounds[-1] - last]
    return pstdev(late) / fmean(late)


def _decide(numbers: Numbers) -> Word:
    share = numbers["seeds above 0.5, as posted"] / numbers["seeds"]
    return "confirmed" if share >= 0.8 else "refuted" if share <= 0.2 else "undecided"


def _key(numbers: Numbers) -> str:
    above, seeds = numbers["seeds above 0.5, as posted"], numbers["seeds"]
    low, high = wilson(above, seeds)
    return (
        f"oscillation above 0.5 in {above} of {seeds} seeds (95 % {low:.0%} to {high:.0%}), "
        f"{numbers['median oscillation, as posted']:.2g} in the median"
    )


def _say(numbers: Numbers) -> str:
    other = numbers["median oscillation, without dropout of pixels"]
    rounds, errors = numbers["rounds"], numbers["errors of D, seed 0, as posted"]
    last = fmean(error for at, error in zip(rounds, errors, strict=True) if at > rounds[-1] - LAST)
    won = ": D tells real from fake. What is steady then need not have learned (C51 has its samples)" * (last < 0.05)
    return (
        f"The discriminator's error has an {_key(numbers)}; without dropout of pixels {other:.2g}. In seed 0 it is "
        f"{last:.2g} in the mean of those rounds{won}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, name in enumerate(CELLS):
        axes.plot(numbers["rounds"], numbers[f"errors of D, seed 0, {name}"], label=name, **line(place, linewidth=1.2))
    axes.set(xlabel="round", ylabel="error of D (seed 0)", ylim=(0, None))
    axes.legend()


CLAIM = Claim(
    source=sources.S4,
    method="The post's program (recipe matlab_mnist: 1,500 rounds of 20 steps of D and 10 of G), and the same without "
    "the dropout of pixels. Every tenth round the error of D is noted; its oscillation is standard deviation over mean "
    "in the last 500 rounds.",
    rule="Confirmed if the oscillation of the program as posted is above 0.5 in 80 % of the seeds or more, refuted if "
    "in 20 % or fewer.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=1200,
)
