"""`gan-claim run`: claim after claim, the cheapest first, each result kept as soon as it is there."""

import time
from collections.abc import Sequence
from pathlib import Path

import torch

from gan_runner.claims import store
from gan_runner.claims.claim import Bench
from gan_runner.claims.examine import examine
from gan_runner.claims.registry import Entry
from gan_runner.errors import TrainingFailedError


def work(
    chosen: Sequence[Entry], results: Path, runs: Path, seeds: int | None, budget: float | None, again: bool
) -> list[str]:
    """Run the claims that have no result (or all, ``again``), say what came of each, and return those that failed.

    ``budget`` is in seconds; a claim whose estimate does not fit into what is left of it is not begun. One thread, so
    that the last digits do not depend on the machine's cores.
    """
    torch.set_num_threads(1)
    began, failed, left = time.monotonic(), [], []
    claims = {entry: entry.load() for entry in chosen}
    counts = {entry: seeds or claim.seeds for entry, claim in claims.items()}
    for entry in sorted(claims, key=lambda entry: (claims[entry].cost(counts[entry]), entry.id)):
        claim, count = claims[entry], counts[entry]
        known = None if again else store.read(results, entry.id)
        if known is not None:
            print(f"{entry.id} has a result, {known.verdict}; again=true runs it anew")
        elif budget is not None and time.monotonic() - began + claim.cost(count) > budget:
            left.append(entry.id)
        else:
            told = f" seeds={count}" if claim.seeds and seeds else ""
            try:
                result, picture = examine(entry.id, claim, Bench(count, runs), f"gan-claim run {entry.id}{told}")
            except TrainingFailedError as error:
                print(f"{entry.id} failed: {error}")
                failed.append(entry.id)
                continue
            store.write(results, result, picture)
            print(f"{entry.id} {result.verdict}: {result.sentence} ({result.seconds:.1f} s)", flush=True)
    if left:
        print(f"not within the budget, and left: {', '.join(left)}")
    return failed
