"""C49, training: keeping the critic Lipschitz makes the training of LS-GAN and GLS-GAN smooth."""

from statistics import median, pvariance

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import strips
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.ring_crowd import SETTING, Game, Judge, play
from gan_runner.compare.statistics import estimate
from gan_runner.losses.glsgan import GeneralizedLossSensitive
from gan_runner.losses.loss_sensitive import LossSensitive
from gan_runner.regularizers.clip import Clip
from gan_runner.regularizers.gp import GradientPenalty

STEPS, EVERY, NONE = 2000, 25, "none"
LOSSES = {"LS-GAN": LossSensitive(margin=1.0), "GLS-GAN": GeneralizedLossSensitive(margin=1.0, slope=-1.0)}


def _games(loss: LossSensitive) -> dict[str, Game]:
    return {
        NONE: Game(loss),
        "weight decay": Game(loss, weight_decay=1e-3),
        "clipping": Game(loss, (Clip(0.08),)),
        "penalty": Game(loss, (GradientPenalty(10.0),)),
        "spectral": Game(loss, spectral=True),
    }


def _measure(bench: Bench) -> Numbers:
    kept = {(name, means): _train(game, bench) for name, loss in LOSSES.items() for means, game in _games(loss).items()}
    smoother = {"the loss": 0, "W1": 0, "both": 0}
    numbers: Numbers = {"seeds": bench.seeds, "combinations": len(kept) - len(LOSSES)}
    for (name, means), (losses, distances, ends) in kept.items():
        less = [median(now) < median(then) for now, then in zip((losses, distances), kept[name, NONE][:2], strict=True)]
        if means != NONE:
            counted = zip(smoother, (*less, all(less)), strict=True)
            smoother |= {what: smoother[what] + yes for what, yes in counted}
        numbers[f"variance of G's loss (median), {name}, {means}"] = median(losses)
        numbers[f"variance of W1 (median), {name}, {means}"] = median(distances)
        numbers[f"W1 at the end, {name}, {means}"] = str(estimate(ends))
    numbers |= {f"smoother by {what}": count for what, count in smoother.items()}
    numbers["variances of W1"] = {f"{name}, {means}": two[1] for (name, means), two in kept.items()}
    return numbers | {"variances of losses": {f"{name}, {means}": two[0] for (name, means), two in kept.items()}}


def _train(game: Game, bench: Bench) -> tuple[list[float], list[float], list[float]]:
    """Return of each seed the variance of G's loss and of W1 over the last fifth of the steps, and the last W1."""
    steps, judge = bench.steps(STEPS), Judge()
    losses: list[list[float]] = []
    distances: list[list[float]] = []

    def look(step: int, generators: object, values: list[float]) -> None:
        if step > 0.8 * steps:
            losses.append(values)
            if (steps - step) % EVERY == 0:
                distances.append([one["w1"] for one in judge(generators)])  # type: ignore[arg-type]

    play(game, bench.seeds, steps, look)
    return *([pvariance(seed) for seed in zip(*rows, strict=True)] for rows in (losses, distances)), distances[-1]  # type: ignore[return-value]


def _decide(numbers: Numbers) -> Word:
    share = numbers["smoother by both"] / numbers["combinations"]
    return "confirmed" if share >= 0.75 else "refuted" if share <= 0.25 else "undecided"


def _key(numbers: Numbers) -> str:
    return (
        f"{numbers['smoother by both']} of {numbers['combinations']} combinations smoother "
        f"({numbers['smoother by the loss']} by G's loss, {numbers['smoother by W1']} by W1)"
    )


def _say(numbers: Numbers) -> str:
    middle = {name: median(values) for name, values in numbers["variances of W1"].items()}
    told = " and ".join(
        min((middle[cell], cell) for cell in middle if cell.startswith(f"{name},"))[1] for name in LOSSES
    )
    means = {cell.partition(", ")[2] for cell in middle}
    same = sorted(kind for kind in means if len({middle[f"{name}, {kind}"] for name in LOSSES}) == 1)
    twins = f"With {' and '.join(same)} both losses are one training, number for number. " if same else ""
    ends = "; ".join(f"{numbers[f'W1 at the end, {cell}']} ({cell})" for cell in middle)
    return (
        f"{_key(numbers)} than without, which asks for both variances as medians of {numbers['seeds']} seeds. W1 moves "
        f"least with {told}. (Clipping also shrinks the scores and with them G's loss; W1 depends on no such scale.) "
        f"{twins}W1 at the end: {ends}; a single "
        "point in the middle of the ring has about 1. What has not learned the ring by then may yet do so smoothly."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    rows = numbers["variances of W1"]
    notes = {name: f"{median(values):.1g}" for name, values in numbers["variances of losses"].items()}
    strips(axes, rows, notes)
    axes.set(xlabel="variance of W1, a mark a seed, bar: median", xscale="log")
    axes.set_title("of G's loss", loc="right", fontsize=9)


CLAIM = Claim(
    source=f"{sources.S3}; {sources.GLS_GAN}",
    method=SETTING + "LS-GAN, and GLS-GAN with slope -1, both with margin 1; the critic free or with weight decay of "
    "1e-3 (both players), clipping at 0.08, a gradient penalty of 10 or spectral normalisation. After 2,000 steps, the "
    "variance of the generator's loss over the last 400 steps, and of the exact W1 of 512 points, every 25 of them.",
    rule="A combination of loss and regularizer is smoother if both variances, as medians over seeds, are below those "
    "of the free critic. Confirmed if six of the eight are, refuted if at most two are.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=240,
)
