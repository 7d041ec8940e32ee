"""C29, training: LSGAN gets worse where its discriminator is made too good, WGAN-GP does not."""

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.critics_on_a_ring import CRITICS, METHOD, cell, covering, half_way
from gan_runner.compare.statistics import estimate, welch

KINDS, D_STEPS = ("least squares", "GP"), (1, 5, 20)


def _measure(bench: Bench) -> Numbers:
    numbers: Numbers = {"seeds": bench.seeds}
    ends: dict[str, list[list[float]]] = {}
    for kind in KINDS:
        cells = [cell(bench, kind, d_steps) for d_steps in D_STEPS]
        ends[kind] = [half_way(runs, "w1", 9.0) for runs in cells]
        low, high = welch(ends[kind][0], ends[kind][-1])
        numbers |= {f"W1 at 20 less at 1, low, {kind}": low, f"W1 at 20 less at 1, high, {kind}": high}
        for d_steps, runs, distances in zip(D_STEPS, cells, ends[kind], strict=True):
            numbers[f"runs with 7 modes, {kind}, D steps {d_steps}"] = covering(runs)
            numbers[f"W1, {kind}, D steps {d_steps}"] = str(estimate(distances))
    return numbers | {"W1": ends}


def _decide(numbers: Numbers) -> Word:
    worse = {kind: numbers[f"W1 at 20 less at 1, low, {kind}"] > 0 for kind in ("least squares", "GP")}
    if not worse["least squares"]:
        return "refuted" if numbers["W1 at 20 less at 1, high, least squares"] < 0 else "undecided"
    return "undecided" if worse["GP"] else "confirmed"


def _key(numbers: Numbers) -> str:
    told = []
    for kind in KINDS:
        low, high = (numbers[f"W1 at 20 less at 1, {end}, {kind}"] for end in ("low", "high"))
        told.append(f"{kind} {low:+.2f} to {high:+.2f}")
    return f"change of W1 from 1 to 20 steps of D (95 %): {', '.join(told)}"


def _say(numbers: Numbers) -> str:
    told = {kind: ", ".join(numbers[f"W1, {kind}, D steps {steps}"] for steps in D_STEPS) for kind in KINDS}
    modes = {kind: [numbers[f"runs with 7 modes, {kind}, D steps {steps}"] for steps in D_STEPS] for kind in KINDS}
    counts = " and ".join(f"{'/'.join(map(str, modes[kind]))} ({kind})" for kind in KINDS)
    return (
        f"With 1, 5 and 20 steps of D to one of G, W1 is {told['least squares']} with least squares and "
        f"{told['GP']} with WGAN-GP (mean ± standard error); of {numbers['seeds']} seeds {counts} have 7 modes "
        "or 8."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (kind, cells) in enumerate(numbers["W1"].items()):
        for group, values in enumerate(cells):
            middle = group + 0.2 * (place - 0.5)
            axes.plot([middle] * len(values), values, label=None if group else kind, **dots(place, markersize=5))
    axes.set(xlabel="discriminator steps to one of the generator", ylabel="exact W1, a mark a run", yscale="log")
    axes.set_yticks([0.2, 0.5, 1, 2, 4], ["0.2", "0.5", "1", "2", "4"])
    axes.minorticks_off()
    axes.set_xticks(range(len(D_STEPS)), [str(steps) for steps in D_STEPS])
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S1}, which says that least squares cannot cure the vanishing gradients of a good discriminator",
    method=f"{METHOD}; 1, 5 and 20 discriminator steps, looked at after 750 of the generator. Least "
    f"squares: labels (0, 1, 1), Adam (0.5, 0.999). {CRITICS}. "
    "(100 steps, which were planned, would have cost hours.)",
    rule="A loss gets worse if the 95 % Welch interval of the change of W1 from 1 to 20 steps lies above 0. Confirmed "
    "if least squares get worse and WGAN-GP does not; refuted if the interval of least squares lies below 0; else "
    "undecided.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=700,
)
