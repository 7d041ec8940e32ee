"""Kill a run at random moments, start it again, prove that nothing is lost: python tests/kill_loop.py --kills 100."""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from gan_runner.folder import newest
from gan_runner.training.checkpoint import Checkpoints, digest_path
from running import POINTS, assert_same_run

HEAVY = (*POINTS[:-1], "arch.generator.hidden=[512,512]", "arch.discriminator.hidden=[512,512]", "data.count=1000")
"""Checkpoints of 8 MB after each step of a few milliseconds: the run spends most of its time saving."""


@dataclass
class Tally:
    """What came of the kills: how many hit a save, and the most steps that a restart had to repeat."""

    kills: int = 0
    while_saving: int = 0
    most_lost: int = 0


def start(folder: Path, overrides: tuple[str, ...]) -> subprocess.Popen[str]:
    """Start the real command, or go on with it if it has begun."""
    command = [sys.executable, "-m", "gan_runner.cli.train", f"hydra.run.dir={folder}", "resume=auto", *overrides]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})


def count_lines(folder: Path) -> int:
    """Return the whole lines in ``metrics.jsonl``; a kill may have torn the one after them."""
    path = folder / "metrics.jsonl"
    return path.read_text().count("\n") if path.exists() else 0


def wait_for_lines(folder: Path, count: int, process: subprocess.Popen[str]) -> None:
    """Return once ``metrics.jsonl`` has ``count`` lines or the process has ended."""
    while process.poll() is None:
        if count_lines(folder) >= count:
            return
        time.sleep(0.005)


def finish(folder: Path, overrides: tuple[str, ...]) -> None:
    """Let the run go on to its end."""
    process = start(folder, overrides)
    _, errors = process.communicate()
    assert process.returncode == 0, errors


def was_saving(folder: Path) -> bool:
    """Return whether a kill left something half written: a temporary file, or a digest whose file was yet to come."""
    digests = [path for path in folder.glob("*.pt.sha256") if not path.with_suffix("").exists()]
    return bool(digests or list(folder.glob(".*.tmp-*")))


def kill_and_restart(folder: Path, overrides: tuple[str, ...], kills: int, steps: int, save_every: int) -> Tally:
    """SIGKILL the run ``kills`` times at random moments of its training, start it again each time, let it end.

    After each kill the newest checkpoint must load and be no older than before the kill, and what is to be trained
    again is at most what two saves are apart.
    """
    rng = random.Random(steps)
    tally = Tally()
    checkpoints = Checkpoints(folder / "checkpoints", 1)
    saved = 0
    for _ in range(kills):
        done = count_lines(folder)
        process = start(folder, overrides)
        wait_for_lines(folder, done + rng.randint(1, max(1, steps // (kills + 2))), process)
        time.sleep(rng.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL, "the run ended before it was killed"
        tally.kills += 1
        tally.while_saving += was_saving(checkpoints.folder)
        step = newest_step(checkpoints)
        lost = count_lines(folder) - step
        assert step >= saved, f"the newest checkpoint was of step {saved} and is of step {step}"
        assert lost <= 2 * save_every, f"{lost} steps are lost, with a checkpoint every {save_every}"
        saved, tally.most_lost = step, max(tally.most_lost, lost)
    finish(folder, overrides)
    assert not was_saving(checkpoints.folder), "leftovers of a killed process are still there"
    return tally


def newest_step(checkpoints: Checkpoints) -> int:
    """Return the step of the newest checkpoint, which must be whole without passing over another; 0 if there is none.

    Raises AssertionError for a numbered file that does not load: a kill may leave none.
    """
    numbered = checkpoints.numbered()
    if not numbered:
        return 0
    path, content = newest(numbered)
    assert path == numbered[-1], f"{numbered[-1]} was left half written"
    assert digest_path(path).exists()
    return int(content["state"]["step"])


def prove(place: Path, overrides: tuple[str, ...], kills: int, steps: int, save_every: int) -> Tally:
    """Train undisturbed and with kills, and compare the two ends to the last bit."""
    every = (f"trainer.steps={steps}", "trainer.log_every=1", "trainer.sample_every=0")
    overrides = (*overrides, *every, f"trainer.save_every={save_every}")
    finish(place / "whole", overrides)
    tally = kill_and_restart(place / "killed", overrides, kills, steps, save_every)
    assert_same_run(place / "whole", place / "killed")
    return tally


def main() -> None:
    """Run the proof in a temporary folder and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    kills = parser.parse_args().kills
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        tally = prove(Path(place), HEAVY, kills, steps=6 * kills, save_every=1)
    print(
        f"{tally.kills} kills, {tally.while_saving} of them during a save: a loadable checkpoint after each, at most "
        f"{tally.most_lost} steps to repeat, the end equal bit for bit; {time.monotonic() - began:.0f} seconds"
    )


if __name__ == "__main__":
    main()
