"""Two files of `benchmarks.train`: what became of each net's speed from the first commit to the second.

    python -m benchmarks.compare A.json B.json

The speed compared is that over the textbook's loop, which took turns with gan-train's: what disturbed one disturbed
both. Beside it stand the milliseconds. The exit code is 1 if a net lost more than 5 %, 2 if the files have no net of
one batch size in common, or another number of threads.
"""

import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import TEXTBOOK, TRAIN, Results, gain, read

LOST = 0.95


def compared(before: Results, after: Results) -> list[tuple[str, float]]:
    """Return a line to print and the ratio of speeds, after over before, for each net and precision in both."""
    found = []
    old = {(net["name"], net["batch"]): net for net in before["nets"]}
    pairs = [(old[key], net) for net in after["nets"] if (key := (net["name"], net["batch"])) in old]
    for pair in pairs:
        for precision in pair[1]["milliseconds"]:
            was, now = (gain(it, (precision, TRAIN), ("fp32", TEXTBOOK)).median for it in pair)
            ms = [statistics.median(it["milliseconds"][precision][TRAIN]) for it in pair]
            change = now / was
            note = "  LOST" if change < LOST else ""
            line = f"{pair[1]['name']:24} {precision}  {was:.2f} -> {now:.2f} times the textbook's speed: {change:.3f}"
            found.append((f"{line}  ({ms[0]:.1f} -> {ms[1]:.1f} ms){note}", change))
    return found


def main(paths: Sequence[str]) -> int:
    """Print the comparison of the two files and return the exit code."""
    if len(paths) != 2:
        print("usage: python -m benchmarks.compare A.json B.json", file=sys.stderr)
        return 2
    before, after = (read(Path(path)) for path in paths)
    threads = [results["made"]["threads"] for results in (before, after)]
    lines = compared(before, after) if threads[0] == threads[1] else []
    if not lines:
        print(
            f"nothing to compare: threads {threads[0]} and {threads[1]}, or no net with one batch size in both",
            file=sys.stderr,
        )
        return 2
    for line, _ in lines:
        print(line)
    return 1 if min(change for _, change in lines) < LOST else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
