"""The README's worked example is followed to the letter, in a copy of the project."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from gan_runner.claims.registry import entries
from gan_runner.claims.store import read

ROOT = Path(__file__).parents[1]


def example_files() -> dict[str, str]:
    """Return the files of the example: a path in backticks on a line of its own, then a fenced block."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^`([\w/.]+)`\n```\w+\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


def test_a_loss_is_added_in_three_files(tmp_path: Path) -> None:
    files = example_files()
    assert {Path(name).parts[0] for name in files} == {"gan_runner", "conf", "tests"}
    for folder in ("gan_runner", "hydra_plugins", "conf", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, text in files.items():
        assert not (tmp_path / name).exists()
        (tmp_path / name).write_text(text, encoding="utf-8")

    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    tests = ["tests/losses/test_absolute.py", "tests/losses/test_every_loss.py", "-k", "absolute"]
    done = subprocess.run([sys.executable, "-m", "pytest", *tests], cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 0
    command = [sys.executable, "-m", "gan_runner.cli.train", "loss=absolute", "data=fake", "trainer=smoke"]
    trained = subprocess.run(command, cwd=tmp_path, env=environment, check=False)
    assert trained.returncode == 0
    lint = [sys.executable, "-m", "ruff", "check", *(name for name in files if name.endswith(".py"))]
    assert subprocess.run(lint, cwd=tmp_path, check=False).returncode == 0


def test_readme_lists_every_choice_and_stays_short() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 215
    for group in ("data", "arch", "loss", "reg", "optim", "metric", "logger"):
        for path in (ROOT / "conf" / group).glob("*.yaml"):
            assert f"`{path.stem}`" in text, f"{group}={path.stem} is not in the README"


def test_the_claims_in_the_readme_are_told_as_their_results_tell_them() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(C\d\d)\]\(docs/claims.md#c\d\d\) \| (.+) \| (\w+) \| (.+) \|$", text, re.MULTILINE)
    assert len(rows) == 10
    for name, claim, verdict, key in rows:
        kept = read(ROOT / "docs" / "claims", name)
        assert kept is not None
        assert (claim, verdict, key) == (entries()[name].text, kept.verdict, kept.key)


def page(name: str) -> ModuleType:
    """Return the program that writes ``docs/<name>.md``."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_from_the_code_are_up_to_date() -> None:
    files = page("losses").generated() | page("experiments").generated()
    assert len(files) > 20
    for path, text in files.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is not what the code says; run make docs"


def test_every_loss_has_a_formula_and_a_paper() -> None:
    for entry in page("losses").entries():
        assert entry.papers, f"{entry.name} names no paper"
        assert entry.objective("G"), f"{entry.name} has no line G: in its docstring"
