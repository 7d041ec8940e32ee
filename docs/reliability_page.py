"""Write docs/reliability.md from the report of a run of the tests marked with faults: make reliability.

python docs/reliability_page.py REPORT.xml [...], each made by pytest --junitxml.
"""

import platform
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import torch

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reliability.md"
FAULTS = ROOT / "docs" / "reliability_page.md"
OUTCOMES = ("passed", "failed", "skipped")


class Case(NamedTuple):
    """A test as a report has it: its file and name without parameters, how it ended, and the faults it is of."""

    test: str
    outcome: str
    faults: frozenset[int]


def cases(reports: Iterable[Path]) -> list[Case]:
    """Return the tests of all reports; the faults are the properties that tests/conftest.py gave them."""
    return [_case(node) for report in reports for node in ElementTree.parse(report).iter("testcase")]


def _case(node: ElementTree.Element) -> Case:
    file = node.get("classname", "").replace(".", "/") + ".py"
    ended = {child.tag for child in node}
    outcome = "failed" if ended & {"failure", "error"} else "skipped" if "skipped" in ended else "passed"
    faults = frozenset(int(it.get("value", "")) for it in node.iter("property") if it.get("name") == "fault")
    return Case(f"{file}::{node.get('name', '').partition('[')[0]}", outcome, faults)


def rows(text: str) -> dict[int, tuple[str, str]]:
    """Return each fault and its behaviour by number, from the table in ``text``."""
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in text.splitlines()]
    return {int(row[0]): (row[1], row[2]) for row in cells if row[0].isdecimal()}


def generated(found: list[Case]) -> str:
    """Return the page: the table of faults with the tests of each and how they ended."""
    text = FAULTS.read_text(encoding="utf-8")
    head, _, rest = text.partition("| # |")
    table = ["| # | fault | what happens | tests | last result |"]
    table += ["| --- | --- | --- | --- | --- |"]
    for number, (fault, behaviour) in rows(rest).items():
        mine = [case for case in found if number in case.faults]
        counts = Counter(case.test for case in mine)
        tests = "<br>".join(f"`{test}`" + (f" ({n} cases)" if n > 1 else "") for test, n in sorted(counts.items()))
        table.append(f"| {number} | {fault} | {behaviour} | {tests} | {result(mine)} |")
    total = f"Last run: {result([case for case in found if case.faults])}; {environment()}.\n"
    return f"{head}{total}\n" + "\n".join(table) + "\n"


def result(found: list[Case]) -> str:
    """Return how many of the tests passed, and how many did not."""
    ended = Counter(case.outcome for case in found)
    return ", ".join(f"{ended[outcome]} {outcome}" for outcome in OUTCOMES if ended[outcome]) or "not run"


def environment() -> str:
    """Return what the tests ran on."""
    graphics = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    return f"Python {platform.python_version()}, torch {torch.__version__}, {platform.system()}, {graphics}"


if __name__ == "__main__":
    PAGE.write_text(generated(cases(map(Path, sys.argv[1:]))), encoding="utf-8")
