"""docs/reliability.md is true: every fault on it has a test, and every test on it is there."""

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reliability_page", ROOT / "docs" / "reliability_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def numbers(function: ast.FunctionDef) -> set[int]:
    """Return the faults that a test or some of its cases are marked with."""
    calls = [
        node for decorator in function.decorator_list for node in ast.walk(decorator) if isinstance(node, ast.Call)
    ]
    marks = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "fault"]
    return {ast.literal_eval(mark.args[0]) for mark in marks}


@pytest.fixture(scope="module")
def marked() -> dict[str, set[int]]:
    """Return the faults of every test by file::name."""
    return {
        f"{path.relative_to(ROOT).as_posix()}::{node.name}": numbers(node)
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_fault_has_a_test_and_every_mark_a_fault(page: ModuleType, marked: dict[str, set[int]]) -> None:
    faults = page.rows(page.FAULTS.read_text(encoding="utf-8"))
    assert list(faults) == list(range(1, len(faults) + 1))
    assert set().union(*marked.values()) == set(faults)


def test_the_page_has_every_fault_and_its_tests_are_there(page: ModuleType, marked: dict[str, set[int]]) -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    source = page.FAULTS.read_text(encoding="utf-8")
    assert text.startswith(source.partition("| # |")[0])
    assert page.rows(text) == page.rows(source)
    for line in text.splitlines():
        for test in re.findall(r"`(tests/[^`]+::\w+)`", line):
            assert int(line.split(" | ")[0].strip("| ")) in marked[test], test


def test_a_report_becomes_rows(page: ModuleType, tmp_path: Path) -> None:
    case = '<testcase classname="tests.a.test_b" name="test_c[{}]"><properties>{}</properties>{}</testcase>'
    fault = '<property name="fault" value="{}"/>'
    body = case.format("x", fault.format(3) + fault.format(4), "") + case.format("y", fault.format(3), "<failure/>")
    (tmp_path / "report.xml").write_text(f"<testsuites><testsuite>{body}</testsuite></testsuites>")
    rows = {line.split(" | ")[0]: line for line in page.generated(page.cases([tmp_path / "report.xml"])).splitlines()}
    assert rows["| 3"].endswith("| `tests/a/test_b.py::test_c` (2 cases) | 1 passed, 1 failed |")
    assert rows["| 4"].endswith("| `tests/a/test_b.py::test_c` | 1 passed |")
    assert rows["| 5"].endswith("|  | not run |")
