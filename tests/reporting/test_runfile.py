import json
import math
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from gan_runner import atomic, lock
from gan_runner.reporting.runfile import KILLED, RunFile, describe_environment


def test_updates_merge_and_later_ones_win(tmp_path: Path) -> None:
    run = RunFile(tmp_path)
    run.update(status="running", step=0, seed=3)
    run.update(status="finished", step=100)
    assert RunFile.read(tmp_path) == {"status": "finished", "step": 100, "seed": 3}


def test_a_second_process_keeps_what_the_first_wrote(tmp_path: Path) -> None:
    RunFile(tmp_path).update(seed=3, status="interrupted")
    RunFile(tmp_path).update(status="running")
    assert RunFile.read(tmp_path) == {"seed": 3, "status": "running"}


def test_file_is_standard_json_even_with_nan_and_odd_bytes(tmp_path: Path) -> None:
    RunFile(tmp_path).update(metrics={"metric/modes": math.nan}, name="é", command="gan-train name=caf\udce9")

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    fields = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"), parse_constant=refuse)
    assert fields == {"metrics": {"metric/modes": None}, "name": "é", "command": "gan-train name=caf\udce9"}


def killed_run(folder: Path, **fields: object) -> None:
    RunFile(folder).update(status="running", host=socket.gethostname(), step=0, **fields)
    (folder / "metrics.jsonl").write_text('{"step": 20}\n{"step": 40}\n{"st', encoding="utf-8")


@pytest.mark.fault(35)
def test_a_killed_run_is_marked_interrupted_by_whoever_looks_next(tmp_path: Path) -> None:
    killed_run(tmp_path, seed=3)
    assert RunFile.settled(tmp_path) == RunFile.read(tmp_path)
    told = RunFile.read(tmp_path) or {}
    assert (told["status"], told["error"], told["step"], told["seed"]) == ("interrupted", KILLED, 40, 3)


@pytest.mark.fault(35)
def test_a_run_that_is_trained_or_that_ended_stays_as_it_is(tmp_path: Path) -> None:
    killed_run(tmp_path)
    with lock.hold(tmp_path):
        assert (RunFile.settled(tmp_path) or {})["status"] == "running"
    RunFile(tmp_path).update(status="failed", error="diverged")
    assert (RunFile.settled(tmp_path) or {})["error"] == "diverged"
    RunFile(tmp_path).update(status="running", host="elsewhere")  # where its process cannot be seen
    assert (RunFile.settled(tmp_path) or {})["status"] == "running"
    assert RunFile.settled(tmp_path / "nothing") is None


@pytest.mark.fault(35)
def test_a_folder_that_cannot_be_written_is_read_nevertheless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warnings_logged: list[str]
) -> None:
    killed_run(tmp_path)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(atomic, "write_text", refuse)
    assert (RunFile.settled(tmp_path) or {})["status"] == "interrupted"
    assert (RunFile.read(tmp_path) or {})["status"] == "running"
    assert warnings_logged == []


@pytest.mark.fault(35)
@pytest.mark.parametrize("content", [None, b"", b'{"status": "run', b"[1]", b"\xff\xfe"])
def test_missing_or_damaged_file_reads_as_none_and_can_be_written_again(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "run.json").write_bytes(content)
    assert RunFile.read(tmp_path) is None
    RunFile(tmp_path).update(step=1)
    assert RunFile.read(tmp_path) == {"step": 1}


@pytest.mark.fault(36)
def test_a_removed_folder_is_a_warning_not_an_error(tmp_path: Path, warnings_logged: list[str]) -> None:
    folder = tmp_path / "outputs" / "run"
    folder.mkdir(parents=True)
    run = RunFile(folder)
    shutil.rmtree(tmp_path / "outputs")
    run.update(step=1)
    assert len(warnings_logged) == 1
    assert "run.json" in warnings_logged[0]
    folder.mkdir(parents=True)
    run.update(status="finished")
    assert RunFile.read(folder) == {"step": 1, "status": "finished"}


def test_environment_names_versions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    environment = describe_environment()
    assert environment["git_commit"] is None
    assert {"python", "torch", "hydra-core", "gan-runner"} <= set(environment["versions"])
    assert all(environment["versions"][name] for name in ("python", "torch", "hydra-core", "gan-runner"))
    json.dumps(environment)


def test_environment_knows_the_commit_and_whether_files_differ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def git(*words: str) -> str:
        who = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
        return subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    monkeypatch.chdir(tmp_path)
    git("init", "-q")
    (tmp_path / "a").write_text("1")
    git("add", "a")
    git("commit", "-qm", "m")
    git("tag", "v1")
    commit = git("rev-parse", "HEAD").strip()
    assert describe_environment()["git_commit"] == commit
    (tmp_path / "a").write_text("2")
    assert describe_environment()["git_commit"] == f"{commit}-dirty"


def test_environment_without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert describe_environment()["git_commit"] is None
