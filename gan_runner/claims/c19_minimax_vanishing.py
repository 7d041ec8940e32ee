"""C19, theory: the gradient of log(1 - D) falls by orders of magnitude within 4,000 steps of the discriminator."""

from statistics import median

from gan_runner.claims import sources
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.vanishing import METHOD, curves, draw, falls, norms


def _measure(bench: Bench) -> Numbers:
    found = norms(bench.seeds, bench.share)
    fallen = falls(found["minimax"])
    numbers: Numbers = {"seeds": bench.seeds, "fall from peak to end": median(fallen)}
    return numbers | {"smallest fall": min(fallen), "largest fall": max(fallen)} | curves(found, bench.share)


def _decide(numbers: Numbers) -> Word:
    fall = numbers["fall from peak to end"]
    return "confirmed" if fall >= 1000 else "refuted" if fall < 10 else "undecided"


def _key(numbers: Numbers) -> str:
    return (
        f"falls {numbers['fall from peak to end']:.3g} times "
        f"({numbers['smallest fall']:.2g} to {numbers['largest fall']:.2g})"
    )


def _say(numbers: Numbers) -> str:
    return (
        f"The gradient of minimax falls {numbers['fall from peak to end']:.3g} times from its peak to 4,000 steps, as "
        f"the median of {numbers['seeds']} seeds ({numbers['smallest fall']:.2g} to {numbers['largest fall']:.2g}); on "
        "pictures, with a far larger network, five orders of magnitude were reported."
    )


CLAIM = Claim(
    source=f"{sources.S2}; {sources.PRINCIPLED}, section 2",
    method=f"{METHOD} By the same rule that trial would have refuted the claim.",
    rule="Confirmed in kind if the median over seeds falls by a factor of 1,000 or more from its peak to 4,000 steps; "
    "refuted if by less than 10.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=draw,
    seeds=3,
    seconds=50,
)
