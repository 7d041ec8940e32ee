"""What is read out of a file of results: quartiles over rounds, and ratios of loops that took turns."""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

Results = dict[str, Any]
"""A whole file: see `benchmarks.train`. A net's ``milliseconds[precision][loop]`` are those a step, one a round."""


class Spread(NamedTuple):
    """The median of several figures between their quartiles."""

    lower: float
    median: float
    upper: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.lower:.2f} to {self.upper:.2f})"


def read(path: Path) -> Results:
    """Return the results in the file at ``path``."""
    results: Results = json.loads(path.read_text(encoding="utf-8"))
    return results


def spread(values: Sequence[float]) -> Spread:
    """Return median and quartiles of ``values``; of a single one it three times."""
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    return Spread(*statistics.quantiles(values, n=4, method="inclusive"))


def gain(net: Results, loop: tuple[str, str], over: tuple[str, str]) -> Spread:
    """Return how many times as fast as ``over`` a loop is, round by round; each is named by precision and loop."""
    fast, slow = (net["milliseconds"][precision][name] for precision, name in (loop, over))
    return spread([them / us for us, them in zip(fast, slow, strict=True)])


def share_of_peak(net: Results, peak_gflops: float) -> float:
    """Return the share, of 1, of the machine's fp32 peak that gan-train's step reaches in fp32."""
    seconds = statistics.median(net["milliseconds"]["fp32"]["gan-train"]) / 1e3
    return float(net["megaflops_per_image"]["gan-train"] * 1e6 * net["batch"] / seconds / (peak_gflops * 1e9))


TEXTBOOK, BARE, TRAIN = "textbook", "bare", "gan-train"
HEADER = (
    "| net, batch | textbook, ms a step | `gan-train` | times as fast, fp32 | goal | times as fast, bf16 | goal "
    "| times the bare loop, fp32 | bf16 | of fp32 peak | goal |"
)


def row(net: Results, peak_gflops: float) -> str:
    """Return the line on ``net`` in a table with the head `HEADER`."""
    slow, base = (statistics.median(net["milliseconds"]["fp32"][loop]) for loop in (TEXTBOOK, TRAIN))
    goals = net["goals"]
    cells = [
        f"{net['name']}, {net['batch']}",
        f"{slow:.1f}",
        f"{base:.1f}",
        str(gain(net, ("fp32", TRAIN), ("fp32", TEXTBOOK))),
        f"{goals['fp32']:g}",
        str(gain(net, ("bf16", TRAIN), ("fp32", TEXTBOOK))),
        f"{goals['bf16']:g}",
        str(gain(net, ("fp32", TRAIN), ("fp32", BARE))),
        str(gain(net, ("bf16", TRAIN), ("bf16", BARE))),
        f"{share_of_peak(net, peak_gflops):.0%}",
        f"{goals['share']:.0%}",
    ]
    return f"| {' | '.join(cells)} |"


def table(results: Results) -> str:
    """Return all nets in a table in markdown, and a line on where and when they were measured."""
    made, columns = results["made"], HEADER.count("|") - 1
    rows = [row(net, results["peak_gflops"]) for net in results["nets"]]
    where = (
        f"{made['processor']}, {made['threads']} of {made['cores']} cores, fp32 peak {results['peak_gflops']:.0f} "
        f"GFLOP/s, torch {made['versions']['torch']}, {made['date'][:10]}, commit {(made['commit'] or 'unknown')[:9]}"
    )
    return "\n".join([where + ".", "", HEADER, "|" + " --- |" * columns, *rows]) + "\n"
