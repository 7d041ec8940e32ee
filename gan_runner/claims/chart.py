"""One look for the figures of all claims: still legible at half its size, as the report's table shows it."""

import io
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter
from PIL import Image

from gan_runner.compare.style import STYLES

LOOK: Any = {
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.labelsize": 11,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E4E4E4",
    "axes.axisbelow": True,
    "lines.linewidth": 2,
}
INCHES, DPI = (4.8, 3.2), 150
COLOURS = 64
"""Enough for lines with smooth edges, in a third of the bytes."""


def png(draw: Callable[[Axes], None]) -> bytes:
    """Return what ``draw`` draws, 720 x 480 pixels; the file tells nothing but the picture."""
    with mpl.rc_context(LOOK):
        figure = Figure(figsize=INCHES, dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure.add_subplot())
        drawn, small = io.BytesIO(), io.BytesIO()
        figure.savefig(drawn, format="png")
    Image.open(drawn).convert("RGB").quantize(COLOURS).save(small, format="png", optimize=True)
    return small.getvalue()


def line(place: int, **others: Any) -> dict[str, Any]:
    """Return how the curve number ``place`` of a figure is drawn, in colours and dashes that everyone tells apart."""
    style = STYLES[place]
    return {"color": style.colour, "dashes": style.dashes or (None, None)} | others


def dots(place: int, **others: Any) -> dict[str, Any]:
    """Return how the marks of kind ``place`` are drawn."""
    style = STYLES[place]
    return {"color": style.colour, "marker": style.marker, "linestyle": "none"} | others


def strips(
    axes: Axes,
    groups: Mapping[str, Sequence[float]],
    notes: Mapping[str, str],
    opened: Mapping[str, Sequence[bool]] | None = None,
) -> None:
    """Draw a row a group: a mark a seed, a bar at their median, and at the right margin the group's note.

    Those that are ``opened`` are drawn as rings.
    """
    for row, (name, values) in enumerate(groups.items()):
        spread = [row + 0.4 * (seed / max(len(values) - 1, 1) - 0.5) for seed in range(len(values))]
        rings = (opened or {}).get(name, [False] * len(values))
        for value, place, ring in zip(values, spread, rings, strict=True):
            axes.plot(value, place, **dots(0, markersize=4, alpha=0.7, fillstyle="none" if ring else "full"))
        axes.plot([median(values)] * 2, [row - 0.35, row + 0.35], color="#000000", linewidth=1.5)
        axes.text(1.01, row, notes.get(name, ""), transform=axes.get_yaxis_transform(), fontsize=9, va="center")
    axes.set_yticks(range(len(groups)), list(groups), fontsize=9)
    axes.set_ylim(len(groups) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")


def plain_log(axes: Axes) -> None:
    """Make the scale of x logarithmic, with 40 and 50 for what would be written as powers of ten."""
    axes.set_xscale("log")
    for put in (axes.xaxis.set_major_formatter, axes.xaxis.set_minor_formatter):
        put(LogFormatter(labelOnlyBase=False, minor_thresholds=(2, 0.4)))
