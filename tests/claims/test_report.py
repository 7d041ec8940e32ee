"""The page of all claims."""

import re
from dataclasses import replace
from pathlib import Path

from gan_runner.claims.registry import entries
from gan_runner.claims.report import report
from gan_runner.claims.store import Result, write

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "docs" / "claims"


def section(page: str, name: str) -> str:
    return page.split(f"\n## {name}\n")[1].split("\n## ")[0]


def test_the_page_is_what_the_results_say_byte_for_byte() -> None:
    page = ROOT / "docs" / "claims.md"
    assert report(RESULTS, page) == page.read_text(encoding="utf-8"), "run gan-claim report"


def test_every_kept_result_has_its_claim_and_its_picture() -> None:
    names = {path.stem for path in RESULTS.glob("*.json")}
    assert names <= entries().keys()
    assert names == {path.stem for path in RESULTS.glob("*.png")}


def test_no_rule_was_changed_after_its_run() -> None:
    assert "The rule was changed" not in report(RESULTS, ROOT / "docs" / "claims.md")


def test_a_claim_without_a_result_says_so(tmp_path: Path) -> None:
    page = report(tmp_path, tmp_path / "claims.md")
    assert f"Of {len(entries())} claims: {len(entries())} not run." in page
    assert "Verdict: not run. `gan-claim run C05`" in section(page, "C05")
    assert "img" not in page


def test_a_result_fills_its_row_and_its_section(tmp_path: Path, result: Result) -> None:
    write(tmp_path / "kept", result, b"")
    page = report(tmp_path / "kept", tmp_path / "pages" / "claims.md")
    (row,) = re.findall(r"^\| \[C05\].*$", page, re.MULTILINE)
    assert '**confirmed** | flat over 13 | <img src="../kept/C05.png" width="360"' in row
    assert row.endswith("`gan-claim run C05 seeds=3` |")
    own = section(page, "C05")
    assert "**confirmed**. It is flat | there." in own
    assert "3 seeds, 1.5 s; python 3.11, torch 2.15\n" in own
    assert "| length of flat part, cross-entropy | 13 |" in own
    assert "curve" not in own


def test_a_rule_changed_after_the_run_is_told(tmp_path: Path, result: Result) -> None:
    write(tmp_path, result, b"")
    own = section(report(tmp_path, tmp_path / "claims.md"), "C05")
    assert "The rule was changed after this run. The verdict is by the rule then: The rule as it was." in own
    assert "by it the verdict would be refuted" in own  # 0.5 is more than today's 0.01
    write(tmp_path, replace(result, numbers={}), b"")
    own = section(report(tmp_path, tmp_path / "claims.md"), "C05")
    assert "it asks for numbers that were not measured then" in own
    write(tmp_path, replace(result, digest=entries()["C05"].load().digest), b"")
    assert "was changed" not in section(report(tmp_path, tmp_path / "claims.md"), "C05")
