"""A job's process: how it is started, told to stop, and what it said last."""

import ctypes
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from gan_runner import lock
from gan_runner.cli.app import FULL_ERROR
from gan_runner.cli.quoting import quoted
from gan_runner.sweeps.identity import key_of
from gan_runner.sweeps.jobs import Job
from gan_runner.sweeps.slots import Slot

LOG = "job.log"
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Process:
    """A run of its own in a session of its own, all that it prints appended to the folder's ``job.log``.

    Where the system can (Linux), it is told to save and end when the process that started it dies, however it dies.
    """

    def __init__(self, job: Job, slot: Slot, flags: Sequence[str], goal: int) -> None:
        job.folder.mkdir(parents=True, exist_ok=True)
        self._log = job.folder / LOG
        self._from = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command(job, flags, goal),
                env=environment(job, slot),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_dies_with_parent() if sys.platform == "linux" else None,
            )

    def code(self) -> int | None:
        """Return the exit code, negative after a signal; None while it runs."""
        return self._process.poll()

    def stop(self) -> None:
        """Ask it to save and end."""
        self._process.terminate()

    def end(self, patience: float) -> None:
        """Wait ``patience`` seconds for it to end, and kill it then."""
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def last_words(self) -> str:
        """Return in one line why it ended, from its exit code and what it printed."""
        with self._log.open("rb") as log:
            log.seek(self._from)
            text = log.read().decode(errors="replace")
        return why(self._process.returncode, text)


def command(job: Job, flags: Sequence[str], goal: int) -> list[str]:
    """Return the command line of ``job``: what tells it apart, its folder, and to go on if a run is there already."""
    words = [word for word in job.overrides if key_of(word) != "trainer.steps" or goal == job.steps]
    shorter = [] if goal == job.steps else [f"trainer.steps={goal}"]
    place = ["resume=auto", f"hydra.run.dir={quoted(str(job.folder.absolute()))}", f"hydra.job.num={job.number}"]
    return [sys.executable, "-P", "-m", "gan_runner.cli.train", *flags, *words, *shorter, *place]


def environment(job: Job, slot: Slot) -> dict[str, str]:
    """Return the environment of ``job``: its share of the machine, and the modules that this process can import.

    Its threads are no ``threads=`` on its command line: there they would win over the number its checkpoints tell.
    """
    threads = str(job.threads)
    own = {"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
    own["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)
    if slot.gpu is not None:
        own["CUDA_VISIBLE_DEVICES"] = slot.gpu
    return {key: value for key, value in os.environ.items() if key != FULL_ERROR} | own


def why(code: int, text: str) -> str:
    """Return in one line why a job ended with ``code`` after printing ``text``."""
    lines = [line for line in text.splitlines() if line.strip()]
    told = [line.removeprefix("gan_runner: ") for line in lines if line.startswith("gan_runner: ")]
    if code < 0 or code > 128:
        name = _signal(-code if code < 0 else code - 128)
        return f"killed by {name}" + (", maybe for want of memory" if code == -signal.SIGKILL else "")
    if told and code in (1, 2):
        return told[-1]
    if any(line.startswith("Traceback (most recent call last)") for line in lines):
        errors = [line for line in lines if re.match(r"[A-Za-z_][\w.]*(:|$)", line)]
        return errors[-1] if errors else lines[-1]
    return f"ended with exit code {code} before its last step"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _dies_with_parent() -> Callable[[], None]:
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def set_signal() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the system knew
            os._exit(128 + signal.SIGTERM)

    return set_signal


def is_held(folder: Path) -> bool:
    """Return whether a process trains in ``folder``: one that the last command left behind may still be saving."""
    if not folder.is_dir():
        return False
    try:
        with lock.hold(folder):
            return False
    except BlockingIOError:
        return True
    except OSError:  # what is wrong with the folder is said when the job is started there
        return False
