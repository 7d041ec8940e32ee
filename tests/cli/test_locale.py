"""Paths of any characters in a terminal that knows none but ASCII, wherever the command is typed."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

SMALL = ("trainer=smoke", "metric=none", "logger=none", "trainer.batch_size=4", "data=folder", "data.size=28")
PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
ODD = "a b'c\"中文 é"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / ODD
    folder.mkdir()
    for number in range(8):
        pixels = np.random.default_rng(number).integers(0, 256, (28, 28), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"字 {number}.png")
    return folder


@pytest.mark.fault(16)
@pytest.mark.fault(32)
@pytest.mark.parametrize("chdir", ["true", "false"])
def test_a_run_and_its_continuation_under_odd_paths(gan_train: Any, pictures: Path, tmp_path: Path, chdir: str) -> None:
    out = f"out {ODD}"
    words = (*SMALL, f"data.root={ODD}", f"hydra.run.dir={out}", "name=跑 一", f"hydra.job.chdir={chdir}")
    first = gan_train(*words, **PLAIN)
    assert first.returncode == 0, first.stderr
    (tmp_path / "elsewhere").mkdir()
    environment = PLAIN if chdir == "true" else {}  # what one terminal has begun, another may go on with
    done = gan_train(f"resume=../{out}", "trainer.steps=6", cwd=tmp_path / "elsewhere", **environment)
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / out / "run.json").read_text(encoding="utf-8"))
    assert (record["status"], record["step"]) == ("finished", 6)
    assert sorted(os.listdir(tmp_path)) == sorted([ODD, out, "elsewhere"])
    assert not os.listdir(tmp_path / "elsewhere")


@pytest.mark.fault(16)
def test_an_error_about_such_a_path_is_one_line(gan_train: Any) -> None:
    done = gan_train(*SMALL, f"data.root=no {ODD}", **PLAIN)
    assert done.returncode == 2
    assert done.stderr.startswith("gan_runner: ")
    assert done.stderr.count("\n") == 1
    assert "there is no such folder" in done.stderr
