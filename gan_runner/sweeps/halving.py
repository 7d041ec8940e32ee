"""Successive halving: all jobs for a few steps, the best part of them for more, and so on to the end."""

import math
from collections.abc import Callable, Sequence

from gan_runner.reporting.jsonl import FILE_NAME, read_metrics
from gan_runner.reporting.runfile import RunFile
from gan_runner.sweeps.jobs import Entry


def rungs(jobs: int, part: int) -> int:
    """Return how many times ``jobs`` jobs can be cut down to one in ``part``: 3 to 8 jobs once, 9 to 26 twice."""
    return 0 if jobs < part else 1 + rungs(jobs // part, part)


def halve(entries: Sequence[Entry], part: int, train: Callable[[], bool]) -> None:
    """Train ``entries`` with ``train``, rung by rung; it returns False where it was stopped before the rung's end.

    With n jobs and S steps (``trainer.steps``) the first rung is all jobs to step S/part^k, k as `rungs` says; after
    each rung the best in ``part`` by the monitored metric, at that step, go on where they are to ``part`` times as
    many steps, the last of them to S. Every rung costs about as much as any other, S n/part^k steps in all. A job
    without a value, and one that failed, is worse than all with one; of equals the one with the smaller number stays.
    That depends on nothing but the runs' own files, so that a sweep begun again chooses the same.

    Reference: Jamieson & Talwalkar 2016, arXiv 1502.07943, with the budget counted in steps.
    """
    left = list(entries)
    for above in range(rungs(len(left), part), -1, -1):
        for entry in left:
            entry.aim(max(entry.job.steps // part**above, 1))
        if not train():
            for entry in left:
                if entry.state == "finished" and entry.goal < entry.job.steps:
                    entry.state = "stopped"  # it waits for the others of its rung
            return
        if above:
            ranked = sorted(left, key=lambda entry: (badness(entry), entry.job.number))
            for entry in ranked[len(left) // part :]:
                if entry.state == "finished" and entry.step < entry.job.steps:
                    entry.state = "dropped"
            left = [entry for entry in ranked[: len(left) // part] if entry.state == "finished"]


def badness(entry: Entry) -> float:
    """Return the job's monitored metric at its goal, negated if more is better; infinity if it has none.

    A run that went beyond its goal, in a sweep with other rungs, may not have been looked at there: its next value
    counts, and the last one of a run that ended early.
    """
    told = (RunFile.read(entry.job.folder) or {}).get("metric") or {}
    name = told.get("monitor")
    sign = -1.0 if (told.get("directions") or {}).get(name) == "max" else 1.0
    try:
        rows = read_metrics(entry.job.folder / FILE_NAME)
    except OSError:
        return math.inf
    values = [(row["step"], row[f"metric/{name}"]) for row in rows if f"metric/{name}" in row]
    value = next((value for step, value in values if step >= entry.goal), values[-1][1] if values else math.inf)
    return sign * value if entry.state == "finished" and math.isfinite(value) else math.inf
