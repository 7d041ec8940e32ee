"""C18, theory: LSGAN's generator keeps its gradient however good the discriminator gets."""

from statistics import median

from gan_runner.claims import sources
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.vanishing import METHOD, curves, draw, falls, norms

SCHEMES = ("LS (0, 1, 1)", "LS (-1, 1, 0)")


def _measure(bench: Bench) -> Numbers:
    found = norms(bench.seeds, bench.share)
    fallen = {f"fall from peak to end, {name}": median(falls(rows)) for name, rows in found.items()}
    return {"seeds": bench.seeds} | fallen | curves(found, bench.share)


def _decide(numbers: Numbers) -> Word:
    vanished = [numbers[f"fall from peak to end, LS {labels}"] > 100 for labels in ("(0, 1, 1)", "(-1, 1, 0)")]
    return "refuted" if all(vanished) else "undecided" if any(vanished) else "confirmed"


def _key(numbers: Numbers) -> str:
    first, second = (numbers[f"fall from peak to end, {name}"] for name in SCHEMES)
    return f"falls {first:.3g} and {second:.3g} times (allowed 100)"


def _say(numbers: Numbers) -> str:
    told = {name: f"{numbers[f'fall from peak to end, {name}']:.3g}" for name in numbers["curves"]}
    others = ", ".join(f"{told[name]} ({name})" for name in told if name not in SCHEMES)
    return (
        f"From its peak to 4,000 steps the gradient falls {told['LS (0, 1, 1)']} times with labels (0, 1, 1) and "
        f"{told['LS (-1, 1, 0)']} times with (-1, 1, 0), medians of {numbers['seeds']} seeds; with the other losses "
        f"{others}."
    )


CLAIM = Claim(
    source=f"{sources.S3}, whose author guesses so and leaves the question open",
    method=METHOD,
    rule="It vanishes if, as the median over seeds, it falls by more than a factor of 100 from its peak to 4,000 "
    "steps. Confirmed if it does so with neither of the two labellings, refuted if with both.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=draw,
    seeds=3,
    seconds=50,
)
