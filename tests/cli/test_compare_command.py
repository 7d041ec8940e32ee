"""The real `gan-compare` command line."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_runner.cli.compare import parse

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def gan_compare(tmp_path: Path) -> Command:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "gan_runner.cli.compare", *arguments]
        environment = os.environ | {"COLUMNS": "120"}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240, check=False
        )

    return run


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two real runs of four steps."""
    folder = tmp_path_factory.mktemp("trained")
    small = ["trainer=smoke", "data=gaussian_mixture", "logger=none", "metric.samples=600", "name=two"]
    command = [sys.executable, "-m", "gan_runner.cli.train", "-m", "loss=lsgan,gan", *small]
    subprocess.run(command, cwd=folder, capture_output=True, timeout=240, check=True)
    return folder / "outputs" / "sweeps" / "two"


def test_real_runs_are_compared_in_one_command(trained: Path, gan_compare: Command, tmp_path: Path) -> None:
    done = gan_compare(str(trained))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "loss=lsgan" in done.stdout
    assert "One seed decides nothing" in done.stdout
    assert {"comparison.html", "comparison.csv"} <= {path.name for path in trained.iterdir()}
    assert gan_compare(str(trained), "out=else/where", "metric=modes", "by=loss", "success=w1<3").returncode == 0
    page = (tmp_path / "else" / "where" / "comparison.html").read_text(encoding="utf-8")
    assert "by=loss" in page
    assert "Success (w1 &lt; 3)" in page
    assert "Best by final modes (higher is better)" in page


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere"], "gan-compare nowhere: no such folder"),
        (["."], "no run below .: none has a run.json"),
        ([".", "sucess=fid<5"], "gan-compare sucess=fid<5: no such option (did you mean success=?)"),
        ([".", "--out"], "gan-compare --out: no such option (did you mean out=?)"),
        ([".", "by="], "by=: no value given"),
        (["by=loss"], "gan-compare: no folder given"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(gan_compare: Command, arguments: list[str], sentence: str) -> None:
    done = gan_compare(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(f"gan_runner: {sentence}")
    assert len(done.stderr.splitlines()) == 1


def test_help_tells_every_option_and_no_argument_is_help_with_code_2(gan_compare: Command) -> None:
    done = gan_compare("--help")
    assert done.returncode == 0
    assert all(f"  {option}=" in done.stdout for option in ("out", "by", "success", "metric"))
    assert (gan_compare().returncode, gan_compare().stdout) == (2, done.stdout)


def test_a_folder_named_like_an_option_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("0_loss=gan,seed=0").mkdir()
    assert parse(["0_loss=gan,seed=0", "by=loss"]) == ([Path("0_loss=gan,seed=0")], {"by": "loss"})


def test_torch_is_not_imported(trained: Path) -> None:
    program = (
        "import sys\nfrom gan_runner.cli.compare import run\nrun(sys.argv[1:])\n"
        "assert not {'torch', 'matplotlib.pyplot', 'scipy.stats'} & sys.modules.keys()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(trained)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def many_runs(trained: Path, folder: Path, count: int) -> None:
    """Write ``count`` runs of 2,000 lines of numbers with 8 pictures of noise, which nothing compresses, each."""
    (template,) = trained.glob("0_*")
    noise = np.random.default_rng(0)
    pictures = [Image.fromarray(noise.integers(0, 256, (482, 482), dtype=np.uint8)) for _ in range(8)]
    losses = (template / "metrics.jsonl").read_text(encoding="utf-8").splitlines()[0]
    step = '"step": 1,'
    assert step in losses
    lines = "".join(losses.replace(step, f'"step": {number},') + "\n" for number in range(1, 2001))
    for number in range(count):
        run = folder / str(number)
        shutil.copytree(template, run, ignore=shutil.ignore_patterns("checkpoints", "*.png"))
        for place, picture in enumerate(pictures, 1):
            picture.save(run / "samples" / f"{250 * place:06d}.png", compress_level=1)
        record = (run / "run.json").read_text(encoding="utf-8")
        (run / "run.json").write_text(record.replace('"seed": 0', f'"seed": {number}'), encoding="utf-8")
        with (run / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(lines)


@pytest.mark.parametrize(("count", "most"), [(30, 10), pytest.param(200, 20, marks=pytest.mark.slow)])
def test_two_hundred_runs_take_less_than_20_seconds_and_20_megabytes(
    trained: Path, gan_compare: Command, tmp_path: Path, count: int, most: float
) -> None:
    many_runs(trained, tmp_path / "many", count)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = gan_compare("many")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    seconds = (
        after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    )  # on a busy machine waiting counts not
    size = (tmp_path / "many" / "comparison.html").stat().st_size
    print(f"{count} runs: {seconds:.1f} s, {size / 1e6:.1f} MB")
    assert seconds < most
    assert size < 20_000_000
