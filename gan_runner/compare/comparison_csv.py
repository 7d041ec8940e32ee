"""``comparison.csv``: a line a run, with all that it takes to compute the page's numbers again."""

import csv
import io
from typing import Any

from gan_runner.compare.comparison import Comparison
from gan_runner.compare.groups import text
from gan_runner.compare.results import Row
from gan_runner.compare.runs import Run


def as_csv(comparison: Comparison) -> str:
    """Return the table: used runs by rank and seed, then the folders that were not used, with the reason.

    ``final/..`` are the values of the last evaluation, ``best`` and ``best_step`` those of the ranked value. The
    group's mean final is that of the lines with status finished; success is 1 or 0. Empty: unknown.
    """
    ranking = comparison.ranking
    rows = {run.folder: (place, row) for place, row in enumerate(ranking.rows, 1) for run in row.group.runs}
    lines = [_line(comparison, run, *rows[run.folder]) for run in comparison.runs]
    lines += [{"run": comparison.name(one.folder), "used": 0, "why_not": one.reason} for one in comparison.skipped]
    file = io.StringIO()
    writer = csv.DictWriter(file, list(dict.fromkeys(key for line in lines for key in line)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return file.getvalue()


def _line(comparison: Comparison, run: Run, place: int, row: Row) -> dict[str, Any]:
    ranking = comparison.ranking
    best = run.best(ranking.value, ranking.direction) if ranking.value else None
    return {
        "run": comparison.name(run.folder),
        "used": 1,
        "why_not": "",
        "rank": place,
        "group": row.group.name,
        "seed": run.seed,
        "status": "failed" if run.failed else "finished",
        "step": run.step,
        "steps": run.steps,
        "seconds": run.seconds,
        "ranked_by": ranking.value,
        "best": best[0] if best else None,
        "best_step": best[1] if best else None,
        "fell_apart": int(run in row.fell_apart),
        "success": int(ranking.success.of(run)),
        "success_means": str(ranking.success),
        "alarms": " | ".join(run.alarms),
        "error": run.error,
        "data": run.data,
        "data_fingerprint": run.fingerprint,
        "gan_runner": run.version,
        **{f"final/{name}": number for name, number in run.final.items()},
        **{key: text(run, key) for key in comparison.differing},
    }
