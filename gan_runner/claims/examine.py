"""From a claim to its result."""

import time

from gan_runner.claims import store
from gan_runner.claims.chart import png
from gan_runner.claims.claim import Bench, Claim
from gan_runner.reporting.runfile import describe_environment


def examine(name: str, claim: Claim, bench: Bench, command: str) -> tuple[store.Result, bytes]:
    """Measure ``claim`` and return its result and its figure as PNG; ``command`` is what repeats it."""
    digest, began = claim.digest, time.perf_counter()  # the rule as it is now: its file may change in hours of training
    numbers = store.rounded(claim.measure(bench))
    seconds = time.perf_counter() - began
    result = store.Result(
        claim=name,
        verdict=claim.decide(numbers),
        sentence=claim.say(numbers),
        key=claim.key(numbers),
        rule=claim.rule,
        digest=digest,
        seeds=bench.seeds if claim.seeds else 0,
        command=command,
        seconds=round(seconds, 1),
        versions=describe_environment()["versions"],
        numbers=numbers,
    )
    return result, png(lambda axes: claim.draw(numbers, axes))
