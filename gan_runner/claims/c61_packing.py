"""C61, training: a discriminator that judges two samples at once makes the generator cover more modes."""

from statistics import fmean

from matplotlib.axes import Axes

from gan_runner.claims.chart import strips
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.ring import MODES
from gan_runner.claims.ring_crowd import SETTING, Game, Judge, play
from gan_runner.compare.statistics import estimate, permutation
from gan_runner.losses.nonsaturating import NonSaturating

PACKS, STEPS = (1, 2, 3, 4), 1000
PUBLISHED = {1: 6.3, 2: 7.9, 3: 7.8, 4: 7.8}


def _measure(bench: Bench) -> Numbers:
    judged = {packing: _train(packing, bench) for packing in PACKS}
    modes = {f"{packing}": [one["modes"] for one in seeds] for packing, seeds in judged.items()}
    numbers: Numbers = {"seeds": bench.seeds, "p, packs of 2 against none": permutation(modes["1"], modes["2"])}
    numbers |= {f"mean modes, packing {packing}": fmean(counts) for packing, counts in modes.items()}
    for packing, seeds in judged.items():
        numbers[f"modes, packing {packing}"] = str(estimate(modes[f"{packing}"]))
        numbers[f"modes published, packing {packing}"] = PUBLISHED[packing]
        numbers[f"W1, packing {packing}"] = str(estimate([one["w1"] for one in seeds]))
    return numbers | {"modes": modes}


def _train(packing: int, bench: Bench) -> list[dict[str, float]]:
    found: list[dict[str, float]] = []
    steps, judge = bench.steps(STEPS), Judge()
    game = Game(NonSaturating(), packing=packing)
    play(game, bench.seeds, steps, lambda step, nets, _: found.extend(judge(nets) if step == steps else []))
    return found


def _decide(numbers: Numbers) -> Word:
    if numbers["mean modes, packing 2"] <= numbers["mean modes, packing 1"]:
        return "refuted"
    return "confirmed" if numbers["p, packs of 2 against none"] < 0.05 else "undecided"


def _key(numbers: Numbers) -> str:
    return (
        f"{numbers['modes, packing 1']} modes unpacked, {numbers['modes, packing 2']} in packs of 2 "
        f"(p = {numbers['p, packs of 2 against none']:.2g})"
    )


def _say(numbers: Numbers) -> str:
    more = ", ".join(f"{numbers[f'modes, packing {packing}']} in packs of {packing}" for packing in PACKS[2:])
    return (
        f"After {STEPS:,} steps {_key(numbers)}, {more}: means of {numbers['seeds']} seeds and their errors. The "
        f"paper, with larger networks and 400 times as many steps, has {PUBLISHED[1]} and {PUBLISHED[2]}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    rows = {f"{'one' if packing == '1' else packing} at once": counts for packing, counts in numbers["modes"].items()}
    notes = {
        f"{'one' if packing == 1 else packing} at once": f"{numbers[f'mean modes, packing {packing}']:.1f}"
        for packing in PACKS
    }
    strips(axes, rows, notes)
    axes.set(xlabel=f"modes reached, of {MODES}; a mark a seed, bar: median", xlim=(-0.3, MODES + 0.3))
    axes.set_ylabel("samples that D judges")
    axes.set_title("mean", loc="right", fontsize=9)


CLAIM = Claim(
    source="Lin et al. 2018, arXiv 1712.04086 (PacGAN), its table for the ring of eight Gaussians",
    method=SETTING + "The non-saturating loss, batches of 128 packs of 1 to 4 samples (so that larger packs see more "
    "samples a step), 1,000 steps; modes with one of "
    "2,500 samples within 3 sd count as reached. Reduced: the paper has wider and deeper networks, modes of sd 0.01, "
    "400,000 steps. (Unpacked trainings of C48, seen before, mostly reach all eight by 2,000 steps and few by 1,000; "
    "so 1,000 were chosen, where there is something to raise.)",
    rule="Confirmed if packs of 2 reach more modes than single samples with p < 0.05, one-sided, by the exact "
    "permutation test over seeds; refuted if they do not reach more on average.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=10,
    seconds=60,
)
