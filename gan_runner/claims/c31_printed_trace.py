"""C31, training: LSGAN on MNIST starts at losses of 0.55 and 0.47 and ends at D 0.12 to 0.16, as the post prints."""

from statistics import fmean

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.compare.runs import Run
from gan_runner.compare.statistics import estimate, wilson

STEPS, WINDOW = 3910, 50
PRINTED = {"D": ([1, 250, 3500, 3750], [0.5524, 0.2155, 0.1186, 0.1621])}
PRINTED |= {"G": ([1, 250, 3500, 3750], [0.4728, 0.1959, 0.3989, 0.228])}


def _measure(bench: Bench) -> Numbers:
    runs = bench.sweep("steps_mnist", ["metric=none", "logger=none", "trainer.log_every=1"], STEPS)
    d_losses, g_losses = ([_loss(run, player) for run in runs] for player in ("discriminator", "generator"))
    last = [fmean(losses[-5 * WINDOW :]) for losses in d_losses]
    first = list(zip([losses[0] for losses in d_losses], [losses[0] for losses in g_losses], strict=True))
    agree = [
        0.45 <= d <= 0.65 and 0.35 <= g <= 0.6 and 0.08 <= end <= 0.25 for (d, g), end in zip(first, last, strict=True)
    ]
    return {
        "seeds": len(runs),
        "seeds that agree": sum(agree),
        "D at the first step": str(estimate([d for d, _ in first])),
        "G at the first step": str(estimate([g for _, g in first])),
        "D over the last 250 steps": str(estimate(last)),
        "G over the last 250 steps": str(estimate([fmean(losses[-5 * WINDOW :]) for losses in g_losses])),
        "seconds of training, all seeds": sum(run.seconds for run in runs),
        "last losses of D": last,
        "curves of D": [_windows(losses) for losses in d_losses],
        "curves of G": [_windows(losses) for losses in g_losses],
    }


def _loss(run: Run, player: str) -> list[float]:
    return run.curves[f"loss/{player}"][1]


def _windows(losses: list[float]) -> list[float]:
    """Return the means of `WINDOW` steps each."""
    return [fmean(losses[start : start + WINDOW]) for start in range(0, len(losses), WINDOW)]


def _decide(numbers: Numbers) -> Word:
    share = numbers["seeds that agree"] / numbers["seeds"]
    return "confirmed" if share >= 0.8 else "refuted" if share <= 0.5 else "undecided"


def _key(numbers: Numbers) -> str:
    agree, seeds = numbers["seeds that agree"], numbers["seeds"]
    low, high = wilson(agree, seeds)
    return f"{agree} of {seeds} seeds agree (95 % {low:.0%} to {high:.0%})"


def _say(numbers: Numbers) -> str:
    return (
        f"{_key(numbers)}: D starts at {numbers['D at the first step']} and ends at "
        f"{numbers['D over the last 250 steps']}, G from {numbers['G at the first step']} to "
        f"{numbers['G over the last 250 steps']} (mean ± standard error)."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, player in enumerate(PRINTED):
        for count, curve in enumerate(numbers[f"curves of {player}"]):
            steps = [WINDOW * (window + 0.5) for window in range(len(curve))]
            axes.plot(steps, curve, label=None if count else player, **look(place, linewidth=1, alpha=0.7))
        axes.plot(*PRINTED[player], label=f"{player}, printed", **dots(place, markersize=8))
    axes.set(xlabel="step", ylabel="loss, a line a seed", ylim=(0, 0.8))
    axes.legend(ncols=2)


CLAIM = Claim(
    source=f"{sources.S5}, its printed log of a run on MNIST",
    method="The post's program as the recipe steps_mnist, in full: 3,910 steps of 128 on the first 50,000 digits. The "
    "loss of the first step, and its mean over the last 250. (A trial of six seeds, with the recipe, had one in which "
    "D won; so how many would agree was not unknown when the rule was written.)",
    rule="A seed agrees if D starts in 0.45 to 0.65, G in 0.35 to 0.6, and D ends in 0.08 to 0.25. Confirmed if four "
    "of five seeds agree, refuted if at most half do.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=750,
)
