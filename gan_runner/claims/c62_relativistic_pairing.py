"""C62, training: with R1 and R2 relativistic pairing covers more modes than GAN does, and R1 alone diverges."""

from statistics import fmean, median

from matplotlib.axes import Axes

from gan_runner.claims.chart import strips
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.ring import MODES, WORST
from gan_runner.claims.ring_crowd import SETTING, Game, Judge, play
from gan_runner.compare.statistics import estimate, permutation
from gan_runner.losses.base import Loss
from gan_runner.losses.nonsaturating import NonSaturating
from gan_runner.losses.relativistic import Relativistic
from gan_runner.regularizers.zero_centered import ZeroCentered

GAMMAS, STEPS, LARGE = (0.1, 1.0, 10.0), 2000, 100.0
PAIRED, PLAIN = "paired + R1 + R2", "GAN + R1 + R2"
KINDS: dict[str, tuple[Loss, bool]] = {
    PAIRED: (Relativistic("paired"), True),
    PLAIN: (NonSaturating(), True),
    "paired + R1": (Relativistic("paired"), False),
    "GAN + R1": (NonSaturating(), False),
}


def _measure(bench: Bench) -> Numbers:
    cells = {(kind, gamma): _train(kind, gamma, bench) for kind in KINDS for gamma in GAMMAS}
    modes = {kind: _by_seed([cells[kind, gamma][0] for gamma in GAMMAS], "modes") for kind in KINDS}
    alone = [diverged for (kind, _), (_, marks) in cells.items() if not KINDS[kind][1] for diverged in marks]
    numbers: Numbers = {
        "seeds": bench.seeds,
        "p, paired covers more": permutation(modes[PLAIN], modes[PAIRED]),
        "runs with R1 alone": len(alone),
        "of these diverged": sum(alone),
    }
    numbers |= {f"modes, {kind}": str(estimate(modes[kind])) for kind in KINDS}
    for kind in KINDS:
        numbers[f"KL, {kind}"] = str(estimate(_by_seed([cells[kind, gamma][0] for gamma in GAMMAS], "kl")))
        numbers[f"W1, {kind}"] = str(estimate(_by_seed([cells[kind, gamma][0] for gamma in GAMMAS], "w1")))
    told = {f"{kind}, {gamma:g}": judged for (kind, gamma), (judged, _) in cells.items()}
    numbers["distances"] = {name: [one["w1"] for one in judged] for name, judged in told.items()}
    return numbers | {"reached": {name: [one["modes"] for one in judged] for name, judged in told.items()}}


def _by_seed(judged: list[list[dict[str, float]]], value: str) -> list[float]:
    """Return each seed's mean over the gammas."""
    return [fmean(one[value] for one in seed) for seed in zip(*judged, strict=True)]


def _train(kind: str, gamma: float, bench: Bench) -> tuple[list[dict[str, float]], list[bool]]:
    """Return what each seed ends with, and whether its generator's loss was beyond `LARGE`, or no number, ever."""
    loss, both = KINDS[kind]
    penalties = (ZeroCentered(gamma), ZeroCentered(gamma, "fake")) if both else (ZeroCentered(gamma),)
    steps, judge = bench.steps(STEPS), Judge()
    marks, judged = [False] * bench.seeds, list[dict[str, float]]()

    def look(step: int, generators: object, losses: list[float]) -> None:
        marks[:] = [mark or not abs(value) <= LARGE for mark, value in zip(marks, losses, strict=True)]
        if step == steps:
            judged.extend(judge(generators))  # type: ignore[arg-type]

    play(Game(loss, penalties, betas=(0.0, 0.9)), bench.seeds, steps, look)
    return [WORST if mark else one for mark, one in zip(marks, judged, strict=True)], marks


def _decide(numbers: Numbers) -> Word:
    more, diverge = (
        numbers["p, paired covers more"] < 0.05,
        numbers["of these diverged"] > numbers["runs with R1 alone"] / 2,
    )
    return "confirmed" if more and diverge else "undecided" if more or diverge else "refuted"


def _key(numbers: Numbers) -> str:
    return (
        f"{numbers[f'modes, {PAIRED}']} modes paired, {numbers[f'modes, {PLAIN}']} with GAN's loss "
        f"(p = {numbers['p, paired covers more']:.2g}); {numbers['of these diverged']} of "
        f"{numbers['runs with R1 alone']} with R1 alone diverge"
    )


def _say(numbers: Numbers) -> str:
    told = ", ".join(f"{numbers[f'W1, {kind}']} ({kind})" for kind in KINDS)
    every = min(min(found) for found in numbers["reached"].values())
    full = " All eight modes are reached in every run: this ring cannot show that pairing covers more." * (every == 8)
    return (
        f"On this small ring, with R1 and R2: {_key(numbers)}.{full} W1 at the end is {told}, means over gammas and "
        "seeds."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    rows = numbers["distances"]
    strips(axes, rows, {name: f"{median(numbers['reached'][name]):.0f} of {MODES}" for name in rows})
    axes.set(xlabel="W1 at the end, a mark a seed, bar: median", xlim=(0, None))
    axes.set_ylabel("loss and penalties, gamma")
    axes.set_title("modes", loc="right", fontsize=9)


CLAIM = Claim(
    source="Huang et al. 2024, arXiv 2501.05441 (R3GAN), its ablation on stacked MNIST",
    method=SETTING + "Non-saturating or relativistic paired loss, penalties on real samples (R1) or on real and fake "
    "(R1 + R2) with gamma 0.1, 1 and 10; Adam with the paper's betas (0, 0.9), 2,000 steps. A run has diverged if its "
    "generator's loss ever exceeds 100; it then counts as covering nothing. Reduced: the paper has 1,000 modes of "
    "pictures and a residual network. (Trials of 100 steps, for the time they take, had all eight modes once.)",
    rule="Confirmed if with R1 and R2 the paired loss reaches more modes than GAN's (p < 0.05, one-sided, exact "
    "permutation test of the seeds' means over gamma) and more than half of the runs with R1 alone diverge; refuted if "
    "neither.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=8,
    seconds=240,
)
