"""The comparison in the terminal."""

from rich import box
from rich.console import Group
from rich.table import Column, Table
from rich.text import Text

from gan_runner.compare.comparison import Comparison
from gan_runner.compare.results import Row
from gan_runner.compare.verdict import problems, verdict

MOST_ROWS, MOST_LINES = 20, 8
"""What a screen has room for; the page has it all."""


def as_table(comparison: Comparison) -> Group:
    """Return verdict, ranked groups, runs with something wrong, and folders not used."""
    ranking = comparison.ranking
    value = ranking.value or "value"
    final, best = Text(f"final {value}"), Text(f"best {value}")  # as text: rich reads commands in square brackets
    group = Column("group", overflow="fold", min_width=18)
    columns: list[Column | str] = ["", group, "seeds", Column(final, no_wrap=True), Column(best), "success"]
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for place, row in enumerate(ranking.rows[:MOST_ROWS], 1):
        table.add_row(
            str(place),
            Text("\n".join([row.group.name, *notes(row)])),
            seeds(row),
            str(row.final or "none"),
            f"{row.best or 'none'}{at_step(row)}",
            rate(row),
        )
    wrong = [f"{comparison.name(run.folder)}: {'; '.join(told)}" for run, told in problems(ranking.rows)]
    unused = [f"{comparison.name(one.folder)}: not used, {one.reason}" for one in comparison.skipped]
    more = len(ranking.rows) - MOST_ROWS
    listed = [f"{more} more groups are on the page."] if more > 0 else []
    listed += [*verdict(ranking, comparison.keys, comparison.skipped), *_some(wrong), *_some(unused)]
    means = Text(
        f"mean ± standard error over seeds; success ({ranking.success}) with Wilson's 95 % interval", style="dim"
    )
    return Group(table, means, *map(Text, listed))


def _some(lines: list[str]) -> list[str]:
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], f"... and {more} more such folders, named on the page"]


def seeds(row: Row) -> str:
    """Return how many runs a group has; ``1 of 2`` if only one of two ended with a number."""
    count = len(row.group.runs)
    return str(count) if len(row.finals) in (0, count) else f"{len(row.finals)} of {count}"


def rate(row: Row) -> str:
    """Return e.g. ``2/2 (34-100 %)``."""
    low, high = row.interval
    return f"{row.successes}/{len(row.group.runs)} ({100 * low:.0f}-{100 * high:.0f} %)"


def at_step(row: Row) -> str:
    """Return at which step, or between which, the runs of the group were at their best."""
    if not row.best_steps:
        return ""
    first, last = min(row.best_steps), max(row.best_steps)
    return f" at {first:,}" if first == last else f" at {first:,} to {last:,}"


def notes(row: Row) -> list[str]:
    """Return what is wrong in a group, in few words."""
    counts = [
        (len(row.failed), "failed"),
        (len(row.collapsed), f"collapse alarm{'s' * (len(row.collapsed) > 1)}"),
        (len(row.fell_apart), "fell apart"),
    ]
    return [f"{count} {what}" for count, what in counts if count]
