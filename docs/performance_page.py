"""Write the table in docs/performance.md from benchmarks/results/cpu.json: make bench, or make docs."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.figures import read, table  # noqa: E402 - found through the line above

PAGE = ROOT / "docs" / "performance.md"
RESULTS = ROOT / "benchmarks" / "results" / "cpu.json"
BEGIN, END = "<!-- speed: written by make bench -->\n", "<!-- end of speed -->\n"


def generated(results: Path = RESULTS) -> dict[Path, str]:
    """Return the text of the page by its path, with the figures of the file ``results`` if there is one."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    text = table(read(results)) if results.exists() else "Not measured yet: `make bench`.\n"
    return {PAGE: before + BEGIN + text + END + rest.split(END)[1]}


if __name__ == "__main__":
    for path, text in generated().items():
        path.write_text(text, encoding="utf-8")
