"""What a job's process is given, and what its end means."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gan_runner.sweeps import process
from gan_runner.sweeps.jobs import Job
from gan_runner.sweeps.process import Process, command, environment, is_held, why
from gan_runner.sweeps.slots import Slot

TRACE = "Traceback (most recent call last):\n  File x, line 1\n    f()\n"


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        (1, "step 1/4\ngan_runner: diverged: G not finite\n", "diverged: G not finite"),
        (2, "gan_runner: loss: a and b must differ\n", "loss: a and b must differ"),
        (1, f"step 1/4\n{TRACE}RuntimeError: boom: twice\n", "RuntimeError: boom: twice"),
        (1, f"{TRACE}mine.Odd\n", "mine.Odd"),
        (1, f"{TRACE}ValueError: of two lines\n  the second\n", "ValueError: of two lines"),
        (3, "step 1/4\n", "ended with exit code 3 before its last step"),
        (0, "", "ended with exit code 0 before its last step"),
        (-9, "step 1/4\n", "killed by SIGKILL, maybe for want of memory"),
        (-11, "gan_runner: earlier\n", "killed by SIGSEGV"),
        (143, "stopped and saved at step 2\n", "killed by SIGTERM"),
        (255, "", "killed by signal 127"),
    ],
)
def test_why_a_job_ended(code: int, text: str, reason: str) -> None:
    assert why(code, text) == reason


@pytest.mark.fault(9)
def test_a_job_gets_its_share_and_can_import_what_we_can(
    job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")  # the launcher's own, for which errors are not one line
    found = environment(job(threads=3), Slot(0, "GPU-7f"))
    assert (found["OMP_NUM_THREADS"], found["MKL_NUM_THREADS"], found["CUDA_VISIBLE_DEVICES"]) == ("3", "3", "GPU-7f")
    assert "HYDRA_FULL_ERROR" not in found
    assert found["PYTHONPATH"].split(os.pathsep) == [path or os.getcwd() for path in sys.path]
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert "CUDA_VISIBLE_DEVICES" not in environment(job(), Slot(0))


def test_a_shorter_goal_replaces_the_steps_typed(job: Callable[..., Job]) -> None:
    one = job(steps=9, overrides=("seed=1", "trainer.steps=9"))
    assert "trainer.steps=9" in command(one, ["--config-dir", "mine"], 9)
    shorter = command(one, ["--config-dir", "mine"], 3)
    assert [word for word in shorter if word.startswith("trainer.steps=")] == ["trainer.steps=3"]
    assert shorter[4:7] == ["--config-dir", "mine", "seed=1"]
    assert {"resume=auto", f'hydra.run.dir="{one.folder}"'} <= set(shorter)


def test_what_a_job_prints_is_kept_and_only_the_last_attempt_explains_it(
    job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    for said in ("gan_runner: the first", "nothing special"):
        program = f"print({said!r}); raise SystemExit(1)"
        monkeypatch.setattr(process, "command", lambda *_, program=program: [sys.executable, "-c", program])
        one = Process(job(), Slot(0), (), 4)
        wait_for(lambda one=one: one.code() is not None)  # type: ignore[misc]
    assert one.last_words() == "ended with exit code 1 before its last step"
    assert (job().folder / "job.log").read_text() == "gan_runner: the first\nnothing special\n"


@pytest.mark.fault(31)
@pytest.mark.skipif(sys.platform != "linux", reason="the system tells no child of its parent's death")
def test_a_job_is_told_to_save_when_the_sweep_is_killed(tmp_path: Path) -> None:
    child = (
        "import pathlib, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (pathlib.Path('saved').write_text(''), sys.exit()))\n"
        "pathlib.Path('ready').write_text('')\ntime.sleep(60)\n"
    )
    parent = (
        "import pathlib, sys, time\nfrom gan_runner.sweeps import process\n"
        "from gan_runner.sweeps.jobs import Job\nfrom gan_runner.sweeps.slots import Slot\n"
        f"process.command = lambda *_: [sys.executable, '-c', {child!r}]\n"
        "process.Process(Job(0, '', (), '', pathlib.Path('0'), 1, 1), Slot(0), (), 1)\ntime.sleep(60)\n"
    )
    sweep = subprocess.Popen([sys.executable, "-c", parent], cwd=tmp_path)
    wait_for((tmp_path / "ready").exists)
    sweep.kill()
    sweep.wait()
    wait_for((tmp_path / "saved").exists)


@pytest.mark.fault(13)
def test_a_folder_is_held_as_long_as_its_process_lives(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys\nfrom gan_runner.lock import hold\n"
        "with hold(pathlib.Path('.')):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    holder = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, **pipes)  # type: ignore[call-overload]
    assert holder.stdout.readline() == b"held\n"
    assert is_held(tmp_path)
    holder.communicate()
    assert not is_held(tmp_path)
    assert not is_held(tmp_path / "not yet there")


def wait_for(there: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end
        time.sleep(0.01)
