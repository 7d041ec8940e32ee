"""A checkpoint of each format that was ever written can still be gone on with and sampled from."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gan_runner.training.checkpoint import FORMAT, load
from running import assert_same, metrics

FIXTURES = Path(__file__).parent / "fixtures"
FORMATS = range(1, FORMAT + 1)


@pytest.fixture
def old_run(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a copy of the run of a format, of which four steps were trained."""
    return shutil.copytree(FIXTURES / f"format_{request.param}", tmp_path / "old run")


@pytest.mark.fault(42)
@pytest.mark.parametrize("old_run", FORMATS, indirect=True)
def test_a_run_goes_on_from_it(old_run: Path, gan_train: Any) -> None:
    before = load(old_run / "checkpoints" / "000004.pt")
    done = gan_train(f"resume={old_run}", "trainer.steps=6", "trainer.keep=9", "trainer.save_every=1")
    assert done.returncode == 0, done.stderr
    assert "resumes at step 4" in done.stderr
    assert [line["step"] for line in metrics(old_run)] == [5, 6]
    assert json.loads((old_run / "run.json").read_text(encoding="utf-8"))["status"] == "finished"
    assert_same(before, load(old_run / "checkpoints" / "000004.pt"))
    after = load(old_run / "checkpoints" / "last.pt")
    turns = before["turns"]["generator"], after["turns"]["generator"]
    assert turns == (4, 6)
    assert after["stream"]["drawn"] * 4 == before["stream"]["drawn"] * 6


@pytest.mark.parametrize("old_run", FORMATS, indirect=True)
def test_it_can_be_sampled(old_run: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "gan_runner.cli.sample",
        f"run={old_run}",
        "n=5",
        "make=npy",
        f"out={old_run}/x.npy",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    samples = np.load(old_run / "x.npy")
    assert samples.shape == (5, 2)
    assert np.isfinite(samples).all()


def test_the_fixtures_are_small() -> None:
    assert sum(path.stat().st_size for path in FIXTURES.rglob("*")) < 100_000 * len(FORMATS)
