"""``comparison.html``: one file that opens offline, with the answer on its first screen."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gan_runner.compare import charts
from gan_runner.compare.comparison import Comparison
from gan_runner.compare.grids import Grids, grids
from gan_runner.compare.groups import ORDER, text
from gan_runner.compare.results import FACTOR
from gan_runner.compare.style import in_order, style_of, words
from gan_runner.compare.table import at_step, notes, rate, seeds
from gan_runner.compare.verdict import problems, verdict

TOP = 8
"""Groups on the first screen, if there are more."""
SHOWN = 3
"""Groups whose samples are on the first screen."""
PANELS = (
    (
        "losses",
        "Losses",
        "loss/",
        "Losses of different objectives are on different scales: compare shapes, not levels.",
    ),
    ("scores", "Scores", "score/", "What the discriminator says of real and of generated samples."),
    ("gradients", "Gradients", "grad_norm/", "The length of each player's gradient."),
)


def as_page(comparison: Comparison, command: str) -> str:
    """Return the page; ``command`` is the line that asked for it.

    Everything that comes from the runs is escaped: names, settings and errors may be a stranger's.
    """
    pictures = grids(comparison.runs)
    environment = Environment(
        loader=PackageLoader("gan_runner.compare", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    ranking, figures, drawn = comparison.ranking, _figures(comparison, pictures), _charts(comparison)
    return environment.get_template("page.html.j2").render(
        comparison=comparison,
        ranking=ranking,
        sentences=verdict(ranking, comparison.keys, comparison.skipped),
        common=_common(comparison),
        rows=_rows(comparison),
        top=TOP,
        first=_first_screen(comparison, pictures),
        main=drawn[0] if drawn and drawn[0]["key"] == "curve" else None,
        charts=drawn,
        figures=figures,
        others=[{"urls": one["urls"][:-1], "at": one["at"]} for one in figures],  # the last stands in the page
        curve_points=charts.POINTS,
        steps=pictures.steps,
        real=pictures.real,
        differing=_differing(comparison),
        problems=[(run, comparison.name(run.folder), told) for run, told in problems(ranking.rows)],
        skipped=[(comparison.name(one.folder), one.reason) for one in comparison.skipped],
        factor=FACTOR,
        command=command,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        versions={name: metadata.version(name) for name in ("gan-runner", "matplotlib", "scipy", "pillow")},
    )


def _common(comparison: Comparison) -> str:
    run = comparison.runs[0]
    same = [key for key in ORDER if key in run.choices and key not in comparison.differing and key != "data"]
    return ", ".join([f"{run.data} ({run.fingerprint[:8]})", *(f"{key}={run.choices[key]}" for key in same)])


def _rows(comparison: Comparison) -> list[dict[str, Any]]:
    return [
        {
            "place": place + 1,
            "name": row.group.name,
            "style": style_of(place),
            "seeds": seeds(row),
            "final": str(row.final or "none"),
            "best": str(row.best or "none"),
            "at": at_step(row),
            "rate": rate(row),
            "notes": notes(row),
            "minutes": sum(run.seconds for run in row.group.runs) / len(row.group.runs) / 60,
        }
        for place, row in enumerate(comparison.ranking.rows)
    ]


def _first_screen(comparison: Comparison, pictures: Grids) -> list[dict[str, Any]]:
    """Return the last picture of each leading group's first seed: not the best of its runs, which would flatter it."""
    shown = []
    for row in comparison.ranking.rows[:SHOWN]:
        run = min(row.group.runs, key=lambda run: (run.failed, run.seed))
        last = next((url for url in reversed(pictures.frames[run.folder]) if url), None)
        shown.append({"name": row.group.name, "seed": run.seed, "step": max(run.pictures, default=0), "url": last})
    return [one for one in shown if one["url"]]


def _figures(comparison: Comparison, pictures: Grids) -> list[dict[str, Any]]:
    """Return every run's pictures: the distinct ones, and which of them stands at which step (-1: none yet)."""
    names = {
        run.folder: (place, row.group.name)
        for place, row in enumerate(comparison.ranking.rows)
        for run in row.group.runs
    }
    figures = []
    for run in comparison.runs:
        frames = pictures.frames[run.folder]
        urls = [*dict.fromkeys(url for url in reversed(frames) if url)][::-1]  # the last frame stays the last
        place, name = names[run.folder]
        if urls:
            at = [urls.index(url) if url else -1 for url in frames]
            ended = f"failed at step {run.step}" if run.failed else ""
            figures.append({"name": name, "place": place + 1, "seed": run.seed, "urls": urls, "at": at, "ended": ended})
    return figures


def _charts(comparison: Comparison) -> list[dict[str, str]]:
    ranking = comparison.ranking
    names = dict.fromkeys(name for run in comparison.runs for name in run.curves)
    found: list[dict[str, str]] = []

    def add(key: str, title: str, shown: Sequence[str], note: str) -> None:
        if shown:
            alt = f"{', '.join(map(words, shown))} against the step, a line for each of {len(ranking.rows)} groups"
            found.append({"key": key, "title": title, "note": note, "alt": alt, "url": charts.curves(ranking, shown)})

    decides = f"metric/{ranking.value}"
    if decides in names:
        add("curve", f"{words(decides)} over training", [decides], "")
        alt = f"final and best {words(decides)} of every run, a line for each group, best group on top"
        note = "How far a hollow mark stands from its filled one is what training on, past the best step, cost."
        note += f" The first {charts.MOST_GROUPS} groups." if len(ranking.rows) > charts.MOST_GROUPS else ""
        url = charts.finals(ranking)
        found.append({"key": "finals", "title": "Final and best, run by run", "note": note, "alt": alt, "url": url})
    rest = in_order(name for name in names if name.startswith("metric/") and name != decides)
    add("values", "Other values of the metric", rest, "")
    for key, title, prefix, note in PANELS:
        add(key, title, in_order(name for name in names if name.startswith(prefix)), note)
    return found


def _differing(comparison: Comparison) -> list[dict[str, Any]]:
    """Return for each key that differs its values, each with the places of the groups that have it."""
    listed = []
    for key in comparison.differing:
        values: dict[str, dict[int, None]] = {}
        for place, row in enumerate(comparison.ranking.rows, 1):
            for run in row.group.runs:
                values.setdefault(text(run, key) or "(no such setting)", {})[place] = None
        told = [(value, ", ".join(map(str, places))) for value, places in values.items()]
        listed.append({"key": key, "groups": key in comparison.keys, "told": told})
    return sorted(listed, key=lambda one: not one["groups"])
