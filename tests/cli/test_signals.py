"""A signal while pictures are prepared: one sentence, the shell's exit code, and what was finished is kept."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

COUNT = 2560
COMMANDS = {
    "gan-data": ("gan_runner.cli.data", "prepare", "jobs=1"),
    "gan-train": ("gan_runner.cli.train", "trainer=smoke", "arch=mlp", "logger=none"),
}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a minute of work: one file under many names."""
    folder = tmp_path_factory.mktemp("pictures")
    noise = np.random.default_rng(0).integers(0, 256, (800, 800), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "0.png")
    for number in range(1, COUNT):
        os.link(folder / "0.png", folder / f"{number}.png")
    return folder


@pytest.mark.fault(5)
@pytest.mark.parametrize(
    ("command", "number", "code", "group"),
    [
        ("gan-data", signal.SIGTERM, 143, False),
        ("gan-train", signal.SIGTERM, 143, False),
        ("gan-train", signal.SIGTERM, 143, True),  # as a scheduler does
        ("gan-data", signal.SIGINT, 130, True),  # as a terminal does
        ("gan-data", signal.SIGHUP, 129, False),
        ("gan-train", signal.SIGHUP, 129, True),  # as a terminal that goes away does
    ],
)
def test_a_signal_while_preparing(
    pictures: Path, tmp_path: Path, command: str, number: signal.Signals, code: int, group: bool
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", *COMMANDS[command], "data=folder", f"data.root={pictures}", "data.size=16"],
        cwd=tmp_path,
        env=os.environ | {"GAN_RUNNER_CACHE": str(tmp_path / "cache")},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while process.poll() is None and not any(b'"piece"' in path.read_bytes() for path in journals(tmp_path)):
        time.sleep(0.01)
    os.killpg(process.pid, number) if group else process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    lines = [line for line in errors.splitlines() if not line.startswith("preparing ")]
    assert len(lines) == 1, errors
    line = lines[0]
    assert line.startswith("gan_runner: stopped; ")
    assert "kept" in line
    (journal,) = journals(tmp_path)
    assert b'"piece"' in journal.read_bytes()
    assert not list(tmp_path.glob("outputs/*"))


def journals(folder: Path) -> list[Path]:
    return list((folder / "cache" / "prepared").glob("*/journal.jsonl"))
