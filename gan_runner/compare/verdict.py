"""The answer in sentences: which group, how sure, and what a look at the best checkpoints alone would have hidden."""

from collections.abc import Sequence

from gan_runner.compare.groups import text
from gan_runner.compare.results import Ranking, Row
from gan_runner.compare.runs import Run, Skipped
from gan_runner.compare.statistics import welch


def verdict(ranking: Ranking, keys: Sequence[str], skipped: Sequence[Skipped]) -> list[str]:
    """Return the answer, how sure it is, and what else one must know, a sentence each.

    ``keys`` make the groups. Where the first two agree in the first key, say both are ``loss=wgan``, the best group of
    another loss is told too.
    """
    rows = [row for row in ranking.rows if row.final is not None]
    if ranking.value is None:
        answer = ["Nothing was measured in these runs (metric=none), so none is better: look at the samples."]
    elif not rows:
        answer = [f"No run ended with a finite {ranking.value}: there is nothing to rank."]
    else:
        answer = [
            *_best(ranking, rows),
            *_how_sure(ranking, rows),
            *_other_choice(ranking, rows, keys),
            *_by_best(ranking, rows),
        ]
    return [*answer, *_troubles(ranking.rows, skipped)]


def _best(ranking: Ranking, rows: Sequence[Row]) -> list[str]:
    way = "lower" if ranking.direction == "min" else "higher"
    leader = f"{rows[0].group.name}, {_told(rows[0])}"
    if len(rows) == 1:
        return [f"Only one group has results: {leader} final {ranking.value} ({way} is better)."]
    return [
        f"Best by final {ranking.value} ({way} is better): {leader}.",
        f"Second: {rows[1].group.name}, {_told(rows[1])}.",
    ]


def _how_sure(ranking: Ranking, rows: Sequence[Row]) -> list[str]:
    if len(rows) == 1:
        return []
    if min(len(row.finals) for row in rows[:2]) < 2:
        return ["How sure: not at all. One seed decides nothing; give both two or more."]
    behind, decided = _behind(ranking, rows[0], rows[1])
    if decided:
        return [f"How sure: the second is behind by more than its seeds explain, {behind}."]
    return [f"How sure: these seeds do not decide between the two; the second is behind by {behind}."]


def _other_choice(ranking: Ranking, rows: Sequence[Row], keys: Sequence[str]) -> list[str]:
    def chosen(row: Row) -> str | None:
        return text(row.group.runs[0], keys[0])

    if len(rows) == 1 or not keys or chosen(rows[0]) != chosen(rows[1]):
        return []
    other = next((row for row in rows if chosen(row) != chosen(rows[0])), None)
    if other is None:
        return []
    told = f"Best with another {keys[0]}: {other.group.name}, {_told(other)}"
    if min(len(rows[0].finals), len(other.finals)) < 2:
        return [f"{told}."]
    behind, decided = _behind(ranking, rows[0], other)
    return [f"{told}, behind by {behind}: {'more than seeds explain' if decided else 'undecided'}."]


def _behind(ranking: Ranking, first: Row, second: Row) -> tuple[str, bool]:
    """Return by how much ``second`` ends behind ``first``, and whether the interval excludes no difference."""
    low, high = welch(first.finals, second.finals)
    if ranking.direction == "max":
        low, high = -high, -low
    return f"{(low + high) / 2:.3g} (95 % interval {low:.3g} to {high:.3g}, Welch)", low > 0


def _by_best(ranking: Ranking, rows: Sequence[Row]) -> list[str]:
    sign = 1 if ranking.direction == "min" else -1
    leader = min(rows, key=lambda row: sign * row.best.mean if row.best else 0.0)
    if leader is rows[0] or leader.best is None or rows[0].best is None:
        return []
    return [
        f"By best checkpoint {leader.group.name} would lead ({leader.best}, against {rows[0].best}); "
        f"it ended at {leader.final}."
    ]


def _troubles(rows: Sequence[Row], skipped: Sequence[Skipped]) -> list[str]:
    runs = [run for row in rows for run in row.group.runs]
    counts = [
        (sum(run.failed for run in runs), "failed"),
        (sum(bool(run.alarms) for run in runs), "raised a collapse alarm"),
        (sum(len(row.fell_apart) for row in rows), "ended far worse than at their best"),
    ]
    said = [f"{count} {what}" for count, what in counts if count]
    told = [f"Of {len(runs)} runs {_joined(said)}."] if said else []
    if skipped:
        told.append(f"{len(skipped)} more {'folder was' if len(skipped) == 1 else 'folders were'} not used.")
    return told


def problems(rows: Sequence[Row]) -> list[tuple[Run, list[str]]]:
    """Return the runs with which something is wrong, and what, worst rank last."""
    found = []
    for row in rows:
        for run in row.group.runs:
            wrong = [f"failed at step {run.step} of {run.steps}: {run.error or 'no reason was kept'}"] * run.failed
            wrong += [f"collapse alarm at {alarm}" for alarm in run.alarms]
            wrong += ["final far worse than best"] * (run in row.fell_apart)
            wrong += [f"stopped early: {run.stopped_early}"] * bool(run.stopped_early)
            if wrong:
                found.append((run, wrong))
    return found


def _told(row: Row) -> str:
    seeds = f"{len(row.finals)} seed{'s' * (len(row.finals) != 1)}"
    lost = len(row.failed), len(row.group.runs) - len(row.failed) - len(row.finals)
    said = [
        f"{count} more {what}" for count, what in zip(lost, ("failed", "ended without a number"), strict=True) if count
    ]
    return f"{row.final} ({'; '.join([seeds, *said])})"


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
