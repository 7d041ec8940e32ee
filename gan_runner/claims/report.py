"""``claims.md``: the page of all claims, made of the results and the claims' own words, and of nothing else."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gan_runner.claims import store
from gan_runner.claims.claim import Claim
from gan_runner.claims.registry import Entry, entries


def report(results: Path, page: Path) -> str:
    """Return the page of all claims; ``page`` is where it will lie, from where its pictures in ``results`` are seen.

    Raises: UsageError if a result is damaged.
    """
    rows = [_row(entry, store.read(results, entry.id)) for entry in entries().values()]
    environment = Environment(
        loader=PackageLoader("gan_runner.claims", ""), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"cell": _cell}
    counts = Counter(row["verdict"] for row in rows)
    told = ", ".join(f"{counts[word]} {word}" for word in (*store.WORDS, "not run") if counts[word])
    pictures = Path(os.path.relpath(results, page.parent)).as_posix()
    return environment.get_template("report.md.j2").render(rows=rows, counts=told, pictures=pictures) + "\n"


def _row(entry: Entry, result: store.Result | None) -> dict[str, Any]:
    claim = entry.load()
    return {
        "entry": entry,
        "claim": claim,
        "result": result,
        "verdict": result.verdict if result else "not run",
        "numbers": _table(result) if result else [],
        "changed": _changed(claim, result) if result and result.digest != claim.digest else None,
    }


def _table(result: store.Result) -> list[tuple[str, str]]:
    """Return the single values among the numbers; lists are what the figure shows."""
    plain = ((name, value) for name, value in result.numbers.items() if isinstance(value, int | float | str))
    return [(name, f"{value:.4g}" if isinstance(value, float) else str(value)) for name, value in plain]


def _changed(claim: Claim, result: store.Result) -> str:
    """Return what must be said of a result whose rule is not today's."""
    try:
        now = f"by it the verdict would be {claim.decide(result.numbers)}"
    except (KeyError, TypeError):
        now = "it asks for numbers that were not measured then"
    return f"The rule was changed after this run. The verdict is by the rule then: {result.rule} Today's: {now}."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
