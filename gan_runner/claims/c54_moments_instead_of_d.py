"""C54, training: replacing the discriminator by MMD (GMMN) works to some extent, but not well."""

from statistics import median

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.ring import EVERY, LOSSES, MODES, SETTING, STEPS, last, trained
from gan_runner.compare.statistics import estimate, permutation

GANS = ("non-saturating", "LSGAN (0, 1, 1)")
MMD_GAN = (
    *("loss=mmd_gan", "arch=ebgan_mlp", "arch.generator.norm=none", "arch.discriminator.norm=none"),
    *("reg.clip.bound=0.1", "loss.one_sided=0"),
)
CRITIC_STEPS = 5
"""Of MMD-GAN, which is given as many times fewer steps."""


def _measure(bench: Bench) -> Numbers:
    cells = {name: trained(bench, LOSSES[name]) for name in (*GANS, "GMMN")}
    cells["MMD-GAN"] = trained(bench, MMD_GAN, STEPS // CRITIC_STEPS, EVERY // CRITIC_STEPS)
    apart = {name: last(runs, "w1") for name, runs in cells.items()}
    rival = min(GANS, key=lambda name: median(apart[name]))
    numbers: Numbers = {
        "seeds": bench.seeds,
        "modes occupied by GMMN (median)": median(last(cells["GMMN"], "occupied")),
        "better GAN": rival,
        "p, GMMN is further off than this": permutation(apart[rival], apart["GMMN"]),
        "p, GMMN is nearer than this": permutation(apart["GMMN"], apart[rival]),
    }
    numbers |= {f"W1, {name}": str(estimate(values)) for name, values in apart.items()}
    numbers |= {f"modes occupied, {name}": str(estimate(last(runs, "occupied"))) for name, runs in cells.items()}
    curves = {name: [run.curves["metric/w1"][1] for run in runs] for name, runs in cells.items()}
    return numbers | {"distances": apart, "curves": curves}


def _decide(numbers: Numbers) -> Word:
    works = numbers["modes occupied by GMMN (median)"] >= 4
    if works and numbers["p, GMMN is further off than this"] < 0.05:
        return "confirmed"
    return "refuted" if not works or numbers["p, GMMN is nearer than this"] < 0.05 else "undecided"


def _key(numbers: Numbers) -> str:
    rival = numbers["better GAN"]
    return f"W1 {numbers['W1, GMMN']} (GMMN), {numbers[f'W1, {rival}']} ({rival})"


def _say(numbers: Numbers) -> str:
    order = sorted(numbers["distances"], key=lambda name: median(numbers["distances"][name]))
    return (
        f"GMMN occupies {numbers['modes occupied by GMMN (median)']:.0f} of {MODES} modes. Ranked by the median W1 of "
        f"{numbers['seeds']} seeds: {', '.join(order)}. {_key(numbers)}, means and their errors; "
        f"one-sided p = {numbers['p, GMMN is further off than this']:.2g} for GMMN being further off, "
        f"{numbers['p, GMMN is nearer than this']:.2g} for its being nearer, if they did not differ."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, curves) in enumerate(numbers["curves"].items()):
        for count, curve in enumerate(curves):
            updates = [STEPS * (judged + 1) / len(curve) for judged in range(len(curve))]
            axes.plot(updates, curve, label=None if count else name, **look(place, linewidth=1, alpha=0.8))
    axes.set(xlabel="updates of D (of G, for GMMN)", ylabel="W1, a line a seed", yscale="log", ylim=(0.08, 6))
    axes.legend(ncols=2)


CLAIM = Claim(
    source=f"{sources.S4}; Li et al. 2015, arXiv 1502.02761",
    method=SETTING + "GMMN has no discriminator, only kernels of squared lengths 0.01, 0.1 and 1. MMD-GAN has an "
    "autoencoder of the same widths, five critic steps, clipping at 0.1, no one-sided term and 400 steps, so that each "
    "D has 2,000 updates; a step of GMMN takes as long as one of the GANs. Points in the plane only, where kernels do "
    "well; pictures are another matter. (Trials with one seed had GMMN at 0.11, non-saturating and LSGAN at 0.13, and "
    "MMD-GAN, with the one-sided term or its code's clipping at 0.01, beyond 1.)",
    rule="Confirmed if GMMN occupies four of eight modes or more at the end (median), and its W1 is above that of the "
    "better of non-saturating GAN and LSGAN (p < 0.05, one-sided, exact permutation test over seeds); refuted if it "
    "occupies fewer or its W1 is below in the same sense.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=220,
)
