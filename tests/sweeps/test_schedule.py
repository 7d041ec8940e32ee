"""Jobs in slots: what fails does not touch the others, what is asked to stop stops. The jobs are scripts here."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gan_runner.sweeps import process, schedule
from gan_runner.sweeps.jobs import Entry, Job
from gan_runner.sweeps.schedule import Schedule
from gan_runner.sweeps.settings import SweepSettings
from gan_runner.sweeps.show import Show
from gan_runner.sweeps.slots import Slot
from gan_runner.training.stop import StopRequest

FINISH = "finish()"
SCRIPT = """
import json, os, pathlib, signal, sys, time
folder = pathlib.Path(sys.argv[1])
def write(**fields): (folder / "run.json").write_text(json.dumps(fields))
def finish(): write(status="finished", step=4)
def save(*_): write(status="interrupted", step=2); sys.exit(143)
signal.signal(signal.SIGTERM, save)
began = time.monotonic()
"""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "TICK", 0.01)


def run(
    entries: Sequence[Entry],
    scripts: dict[int, str],
    monkeypatch: pytest.MonkeyPatch,
    slots: int = 2,
    retries: int = 0,
    on_failure: str = "continue",
) -> None:
    def command(job: Job, flags: Sequence[str], goal: int) -> list[str]:
        return [sys.executable, "-c", SCRIPT + scripts.get(job.number, FINISH), str(job.folder)]

    monkeypatch.setattr(process, "command", command)
    settings = SweepSettings(None, None, retries, on_failure, None, None, 0, None)  # type: ignore[arg-type]
    show = Show(entries)
    with StopRequest() as stop:
        Schedule(entries, [Slot(number) for number in range(slots)], (), settings, show).run(stop)


@pytest.mark.fault(30)
def test_the_others_finish_whatever_one_does(entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [entry(number) for number in range(6)]
    scripts = {1: "raise RuntimeError('boom')", 2: "os.kill(os.getpid(), 9)", 4: "sys.exit(0)"}
    run(entries, scripts, monkeypatch)
    assert [one.state for one in entries] == ["finished", "failed", "failed", "finished", "failed", "finished"]
    assert entries[1].reason == "RuntimeError: boom"
    assert entries[2].reason.startswith("killed by SIGKILL")
    assert "before its last step" in entries[4].reason


def test_no_more_run_at_a_time_than_there_are_slots(
    entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [entry(number) for number in range(6)]
    note = "t = time.time(); time.sleep(.2); (folder / 'when').write_text(json.dumps([t, time.time()])); finish()"
    run(entries, dict.fromkeys(range(6), note), monkeypatch)
    spans = [json.loads((one.job.folder / "when").read_text()) for one in entries]
    together = [sum(begin <= moment < end for begin, end in spans) for moment, _ in spans]
    assert max(together) <= 2
    assert all(one.attempts == 1 for one in entries)


def test_what_is_finished_is_not_run_again(entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    run([entry(0)], {}, monkeypatch)
    again = [entry(0), entry(1)]
    run(again, {0: "raise RuntimeError"}, monkeypatch)
    assert [(one.state, one.attempts) for one in again] == [("finished", 0), ("finished", 1)]


@pytest.mark.fault(30)
def test_a_failed_job_gets_its_further_attempts(entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    third = "count = len((folder / 'job.log').read_text()); print('x', flush=True); count >= 4 and finish()"
    entries = [entry(0), entry(1)]
    run(entries, {0: third, 1: "sys.exit(5)"}, monkeypatch, retries=2)
    assert [(one.state, one.attempts) for one in entries] == [("finished", 3), ("failed", 3)]


def test_on_failure_stop_saves_the_others(entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [entry(number) for number in range(4)]
    fails = f"while not pathlib.Path({str(entries[0].job.folder / 'here')!r}).exists(): time.sleep(.01)\nsys.exit(1)"
    run(entries, {0: "(folder / 'here').touch(); time.sleep(60)", 1: fails}, monkeypatch, on_failure="stop")
    assert [one.state for one in entries] == ["stopped", "failed", "stopped", "stopped"]
    assert json.loads((entries[0].job.folder / "run.json").read_text())["status"] == "interrupted"
    assert not entries[2].job.folder.exists()


def test_a_signal_saves_all_and_starts_no_more(entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [entry(number) for number in range(3)]
    calls = f"os.kill({os.getpid()}, signal.SIGINT); time.sleep(60)"
    run(entries, {0: calls}, monkeypatch, slots=1)
    assert [one.state for one in entries] == ["stopped"] * 3
    assert json.loads((entries[0].job.folder / "run.json").read_text())["status"] == "interrupted"


@pytest.mark.fault(31)
def test_a_folder_that_an_orphan_still_holds_is_waited_for(
    entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [entry(0), entry(1)]
    entries[0].job.folder.mkdir(parents=True)
    program = (
        "import pathlib, sys, time\nfrom gan_runner.lock import hold\n"
        "with hold(pathlib.Path('.')):\n    print('held', flush=True)\n    time.sleep(1)\n"
        "    pathlib.Path('released').touch()\n"
    )
    command = [sys.executable, "-c", program]
    orphan = subprocess.Popen(command, cwd=entries[0].job.folder, stdout=subprocess.PIPE)
    assert orphan.stdout is not None
    assert orphan.stdout.readline() == b"held\n"
    run(entries, {0: "assert (folder / 'released').exists(); finish()"}, monkeypatch, slots=1)
    assert [one.state for one in entries] == ["finished", "finished"]
    orphan.communicate()


def test_an_error_of_ours_leaves_no_process_behind(
    entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(self: object) -> None:
        while not (tmp_path / "pid").exists():
            time.sleep(0.01)
        raise MemoryError

    monkeypatch.setattr(Show, "refresh", broken)
    entries = [entry(0)]
    pid = f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid())); time.sleep(60)"
    with pytest.raises(MemoryError):
        run(entries, {0: pid}, monkeypatch)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)


@pytest.mark.fault(30)
def test_a_job_that_cannot_be_started_fails_alone(entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [entry(number) for number in range(4)]
    entries[1].job.folder.parent.mkdir()
    entries[1].job.folder.write_text("a file where the folder should be")
    run(entries, {}, monkeypatch, slots=1, retries=1)
    assert [one.state for one in entries] == ["finished", "failed", "finished", "finished"]
    assert entries[1].attempts == 2
    assert str(entries[1].job.folder) in entries[1].reason


@pytest.mark.fault(30)
def test_an_error_of_the_sweep_itself_lets_its_jobs_save(
    entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [entry(number) for number in range(2)]
    ready = entries[0].job.folder / "ready"

    def fail(self: Schedule) -> None:
        if ready.exists():
            raise RuntimeError("of the sweep")

    monkeypatch.setattr(Schedule, "_collect", fail)
    with pytest.raises(RuntimeError, match="of the sweep"):
        run(entries, {0: "(folder / 'ready').touch(); time.sleep(60)"}, monkeypatch, slots=1)
    assert json.loads((entries[0].job.folder / "run.json").read_text())["status"] == "interrupted"
