"""Curves of all groups over one another, as SVG: the mean of the seeds, and a band from the lowest to the highest."""

import base64
import io
import math
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from gan_runner.compare.results import Ranking, Row
from gan_runner.compare.runs import Run
from gan_runner.compare.style import OTHERS, STEP, STYLES, Style, style_of, words

POINTS = 120
"""Points of a curve: more than that are averaged in between, for no screen shows them."""
MOST_GROUPS = 30
WIDE = 100.0
"""An axis whose values span more than this factor is logarithmic."""
WIDTH = 7.6
"""Inches; about as wide as the page shows it, so that 9 points stay 9 points."""
LOOK: Any = {
    "font.family": "sans-serif",
    "font.size": 9,
    "svg.fonttype": "none",
    "svg.hashsalt": "gan-compare",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelsize": 8.5,
    "axes.grid": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.6,
    "axes.edgecolor": "#555555",
    "axes.axisbelow": True,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
}


def curves(ranking: Ranking, names: Sequence[str]) -> str:
    """Return a chart of the named curves of metrics.jsonl, a panel each, as the URL of an SVG picture.

    A cross marks where a failed run ended.
    """
    with mpl.rc_context(LOOK):
        columns = min(2, len(names))
        rows = math.ceil(len(names) / columns)
        figure, panels = _figure(columns, rows)
        for name, axes in zip(names, panels, strict=False):
            for place, row in reversed(list(enumerate(ranking.rows))):
                _curve(axes, name, row.group.runs, style_of(place))
            axes.set(xlabel=STEP, ylabel=_short(words(name), 40))
            axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
            _scale(axes)
        for axes in panels[len(names) :]:
            axes.set_visible(False)
        if len(names) > 1:  # a single chart stands below the table, whose swatches are its legend
            _legend(figure, ranking.rows)
        return _url(figure)


def finals(ranking: Ranking) -> str:
    """Return a chart of every run's final (filled) and best (hollow) value as the URL of an SVG picture.

    It has a line a group, of the first `MOST_GROUPS`.
    """
    rows = [row for row in ranking.rows if row.bests][:MOST_GROUPS]
    with mpl.rc_context(LOOK):
        figure = Figure(figsize=(WIDTH, 0.9 + 0.28 * len(rows)), layout="constrained")
        axes = figure.add_subplot()
        for place, row in enumerate(rows):
            style = style_of(ranking.rows.index(row))
            look: dict[str, Any] = {"color": style.colour, "marker": style.marker or "o", "linestyle": "none"}
            axes.plot(row.bests, [place] * len(row.bests), fillstyle="none", **look)
            axes.plot(row.finals, [place] * len(row.finals), **look)
            if row.final is not None:
                error = row.final.error or 0.0
                axes.errorbar(
                    row.final.mean, place, xerr=error, color=style.colour, capsize=4, marker="|", markersize=11
                )
        axes.set_yticks(range(len(rows)), [_short(row.group.name, 44) for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlabel(
            f"{_short(words(ranking.value or ''), 40)}: final filled, best hollow; bars: mean final ± standard error"
        )
        values = [value for row in rows for value in (*row.finals, *row.bests)]
        if min(values) > 0 and max(values) > 10 * min(values):
            axes.set_xscale("log")
        return _url(figure)


def merged(runs: Sequence[Run], name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return common steps ``[N]`` and the runs' values there ``[runs, N]``, NaN outside a run; None without values.

    A run with more than `POINTS` values is averaged in as many pieces; between two of its points it is a line.
    """
    thinned = [_thin(*curve) for run in runs if (curve := run.curves.get(name)) and np.isfinite(curve[1]).any()]
    if not thinned:
        return None
    steps = np.unique(np.concatenate([xs for xs, _ in thinned]))
    if len(steps) > 2 * POINTS:
        steps = np.linspace(steps[0], steps[-1], POINTS)
    return steps, np.array([np.interp(steps, xs, ys, left=np.nan, right=np.nan) for xs, ys in thinned])


def _thin(steps: Sequence[int], values: Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    xs, ys = np.array(steps, dtype=np.float64), np.array(values, dtype=np.float64)
    finite = np.isfinite(ys)
    xs, ys = xs[finite], ys[finite]
    if len(xs) <= POINTS:
        return xs, ys
    pieces = np.array_split(np.arange(len(xs)), POINTS)
    return np.array([xs[piece].mean() for piece in pieces]), np.array([ys[piece].mean() for piece in pieces])


def _curve(axes: Axes, name: str, runs: Sequence[Run], style: Style) -> None:
    found = merged(runs, name)
    if found is None:
        return
    steps, values = found
    measured = np.isfinite(values).any(axis=0)
    steps, values = steps[measured], values[:, measured]
    mean = np.nanmean(values, axis=0)
    line: dict[str, Any] = {"color": style.colour, "linewidth": 0.8 if style is OTHERS else 1.6}
    line |= {"linestyle": _dashes(style)}
    axes.plot(steps, mean, marker=style.marker, markevery=max(1, math.ceil(len(steps) / 8)), **line)
    if style is not OTHERS and len(values) > 1:
        low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
        axes.fill_between(steps, low, high, color=style.colour, alpha=0.16, linewidth=0)
    ends = [(curve[0][-1], mean[-1]) for run in runs if run.failed and (curve := run.curves.get(name))]
    if ends:
        axes.plot(*zip(*ends, strict=True), linestyle="none", marker="x", markersize=8, color=style.colour)


def _scale(axes: Axes) -> None:
    drawn = [np.asarray(line.get_ydata(), dtype=np.float64) for line in axes.lines if len(line.get_xdata()) > 1]  # type: ignore[arg-type]
    values = np.concatenate(drawn) if drawn else np.zeros(1)
    sizes = np.abs(values[values != 0])
    if len(sizes) and sizes.max() > WIDE * np.median(sizes):
        axes.set_yscale("symlog", linthresh=float(np.median(sizes)))
    elif len(sizes) and values.min() > 0 and values.max() > WIDE / 5 * values.min():
        axes.set_yscale("log")


def _figure(columns: int, rows: int) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(WIDTH, 0.3 + 2.3 * rows), layout="constrained")
    return figure, [figure.add_subplot(rows, columns, place + 1) for place in range(rows * columns)]


def _legend(figure: Figure, rows: Sequence[Row]) -> None:
    keys, names = [], []
    for row, style in zip(rows, STYLES, strict=False):
        keys.append(Line2D([], [], color=style.colour, linestyle=_dashes(style), marker=style.marker))
        names.append(_short(row.group.name, 60))
    if len(rows) > len(STYLES):
        keys.append(Line2D([], [], color=OTHERS.colour, linewidth=0.8))
        names.append(f"{len(rows) - len(STYLES)} other groups")
    figure.legend(
        keys,
        names,
        loc="outside lower center",
        ncols=3 if max(map(len, names)) <= 28 else 2,
        frameon=False,
        fontsize=8,
        handlelength=4,
    )


def _dashes(style: Style) -> Any:
    return (0, style.dashes) if style.dashes else "-"


def _short(text: str, longest: int) -> str:
    safe = text.replace("$", r"\$")  # between two dollar signs matplotlib would read formulas
    return safe if len(safe) <= longest else f"{safe[: longest - 1]}…"


def _url(figure: Figure) -> str:
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode()
