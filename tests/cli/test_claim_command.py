"""The real `gan-claim` command line."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def gan_claim(tmp_path: Path) -> Command:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "gan_runner.cli.claim", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=os.environ, capture_output=True, text=True, timeout=120, check=False
        )

    return run


def test_claims_are_run_kept_listed_and_reported(gan_claim: Command, tmp_path: Path) -> None:
    done = gan_claim("run", "C05", "c17", "C12", "budget=10s", "results=kept")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("C05 confirmed: ")
    assert "not within the budget, and left: C12\n" in done.stdout
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {"C05.json", "C05.png", "C17.json", "C17.png"}
    assert "C05 has a result, confirmed; again=true runs it anew" in gan_claim("run", "C05", "results=kept").stdout
    assert "C05 confirmed: " in gan_claim("run", "C05", "results=kept", "again=true").stdout
    listed = gan_claim("list", "results=kept").stdout.splitlines()
    assert [line.split("\t")[2] for line in listed if line[:3] in ("C05", "C12", "C17")] == [
        "confirmed",
        "not run",
        "refuted",
    ]
    assert gan_claim("report", "results=kept", "page=page.md").stdout == "wrote page.md\n"
    assert '<img src="kept/C05.png"' in (tmp_path / "page.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["runs"], "gan-claim runs: no such command; allowed: list, run, report"),
        (["run"], "no claim given; allowed: C01"),
        (["run", "C99"], "claim C99: there is none; allowed: C01"),
        (["run", "C05", "budget=abc"], "budget=abc: not a time; allowed: a number with s, m or h"),
        (["run", "C05", "budget=2"], "budget=2: not a time"),
        (["run", "C05", "seeds=0"], "seeds=0: not a number of seeds; allowed: 1 to 9999"),
        (["run", "C05", "again=yes"], "again=yes: not known; allowed: true, false"),
        (["run", "C05", "seed=3"], "gan-claim run seed=3: no such option (did you mean seeds=?)"),
        (["run", "C05", "seeds="], "gan-claim run seeds=: no value given"),
        (["list", "C05"], "gan-claim list: C05 is not known here; allowed: results=, --help"),
        (["report", "--page"], "gan-claim report --page: no such option"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(gan_claim: Command, arguments: list[str], sentence: str) -> None:
    done = gan_claim(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(f"gan_runner: {sentence}")
    assert len(done.stderr.splitlines()) == 1


def test_a_damaged_result_is_one_sentence(gan_claim: Command, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "C05.json").write_text("{")
    for command in (["list"], ["run", "C05"], ["report"]):
        done = gan_claim(*command, "results=kept")
        assert done.returncode == 2
        assert done.stderr.startswith("gan_runner: kept/C05.json is damaged")
        assert len(done.stderr.splitlines()) == 1


def test_list_and_help_answer_without_torch(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom gan_runner.cli.claim import run\nrun(['list'])\n"
        "assert not {'torch', 'matplotlib'} & sys.modules.keys()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("C01\ttheory\tnot run\t")
