"""Runs that a claim needs, by the ordinary sweep: what is there is used, what is missing is trained."""

import hashlib
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from gan_runner.compare.reading import read
from gan_runner.compare.runs import Run, Skipped, find
from gan_runner.errors import TrainingFailedError


def cell(runs: Path, experiment: str, overrides: Sequence[str], seeds: int) -> list[Run]:
    """Return a run for each of the seeds 0, 1, ... of a recipe, in their order; a failed one is a run, too.

    The sweep is that of ``gan-train -m experiment=... seed=range(N)``, in a folder below ``runs`` that is named by
    recipe and overrides: equal cells of different claims are one sweep, and more seeds later join it. Stopping this
    process has the sweep save and end first.

    Raises: TrainingFailedError if the sweep is refused or a run has no result.
    """
    words = [f"experiment={experiment}", *overrides]
    digest = hashlib.sha256(" ".join(sorted(words)).encode()).hexdigest()[:8]
    folder = runs / f"{experiment}-{digest}"
    code = _train(["-m", *words, f"seed=range({seeds})", f"sweep.dir={folder}", "threads=1"])
    if code not in (0, 1):  # with 1 a run has failed, which is a result
        raise TrainingFailedError(f"the sweep in {folder} ended with exit code {code}; its own lines say why")
    found = [read(path) for path in find([folder])]
    kept = sorted((run for run in found if isinstance(run, Run) and run.seed < seeds), key=lambda run: run.seed)
    if len(kept) < seeds:
        reasons = [one.reason for one in found if isinstance(one, Skipped)]
        missing = "; ".join(reasons) or "no folder"
        raise TrainingFailedError(f"{folder}: {seeds - len(kept)} of {seeds} runs have no result ({missing})")
    return kept


def _train(words: Sequence[str]) -> int:
    """Run gan-train and return its exit code; whatever ends this process is passed on to it and waited for."""
    command = [sys.executable, "-P", "-m", "gan_runner.cli.train", *words]
    process = subprocess.Popen(command, start_new_session=True)  # Ctrl-C would else reach it twice: end, don't save
    try:
        return process.wait()
    except BaseException:
        process.send_signal(signal.SIGTERM)
        process.wait()
        raise
