"""The real `gan-data` command line."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_runner.cli import data

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def gan_data(tmp_path: Path) -> Command:
    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gan_runner.cli.data", *arguments],
            cwd=tmp_path,
            env=os.environ | {"GAN_RUNNER_CACHE": str(tmp_path / "cache")} | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    generator = np.random.default_rng(0)
    folder = tmp_path / "some pictures 图"
    folder.mkdir()
    for number in range(40):
        Image.fromarray(generator.integers(0, 256, (40, 40), dtype=np.uint8)).save(folder / f"{number}.png")
    return folder


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["paint"], "no such command; allowed: render, prepare, check"),
        (["check", "data=foldr"], "did you mean folder?"),
        (["check", "data.sise=3"], "did you mean data.size?"),
        (["check", "--force"], "--force is not known here"),
        (["prepare", "sheet=x.png"], "belongs to gan-data check"),
        (["check", "data=folder"], "data.root=FOLDER"),
        (["check", "data=folder", "data.root=nowhere"], "nowhere: there is no such folder"),
        (["render", "data=hwdb", "data.root=x", "count=3"], "gan_runner: count: no such setting"),
        (["check", "optim.lr=3"], "optim.lr=3 belongs to gan-train"),
        (["check", "jobs=abc"], "jobs: got 'abc'; allowed: a whole number or null"),
        (["check", "jobs=1.5"], "jobs: got 1.5; allowed: a whole number"),
        (["check", "jobs=0"], "jobs, got 0; allowed: 1 to 1024 processes"),
        (["check", "jobs=-1"], "jobs, got -1; allowed: 1 to"),
        (["prepare", "out=[a,b]"], "out: got ['a', 'b']; allowed: a word or null"),
        (["prepare", "out=true"], "out: got True; allowed: a word or null"),
        (["prepare", "out="], "out must be a path, got nothing"),
        (["check", "sheet=[a]"], "sheet: got ['a']"),
        (["check", "~data"], "data: is missing from the config"),
        (["check", "~data._target_"], "data: names no class"),
        (["check", "data=folder", "data.root=2024"], "2024: there is no such folder"),
        (["check", "data=folder", "data.root=cats,dogs"], "cats,dogs: there is no such folder"),
        (
            ["check", "data=folder", "data.root=x", "data.channels=true"],
            "data.channels: got True; allowed: one of 1, 3",
        ),
        (["check", "data.flip=maybe"], "data.flip: got 'maybe'; allowed: true or false"),
        (["check", "data.shuffle=1"], "data.shuffle: got 1; allowed: true or false"),
        (["check", "data=swiss_roll", "data.count=9", "+data.flip=true"], "data.flip mirrors pictures"),
        (["check", "data=idx", "data.root="], "root is not set"),
        (["check", "data=torchvision", "data.root="], "root must be a folder, got nothing"),
        (["check", "sheet=/dev/null/x.png"], "/dev/null"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(gan_data: Command, arguments: list[str], message: str) -> None:
    done = gan_data(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("check", "stopped; the data were only read"),
        ("prepare", "stopped; what was finished is kept; the same command goes on"),
        ("render", "stopped; what was complete is kept; the same command draws the rest"),
    ],
)
def test_ctrl_c_says_what_becomes_of_the_work_of_each_command(
    command: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")
    monkeypatch.setattr(sys, "argv", ["gan-data", command])
    monkeypatch.setattr(data, "run", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(SystemExit) as ended:
        data.main()
    assert (ended.value.code, capsys.readouterr().err) == (130, f"gan_runner: {said}\n")


def test_help_answers_without_torch(gan_data: Command, tmp_path: Path) -> None:
    program = (
        "import sys\nfrom gan_runner.cli.data import main\n"
        "try:\n    main()\nfinally:\n    assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    for word in ("check", "prepare", "render"):
        assert f"gan-data {word} data=" in done.stdout
    bare = gan_data()
    assert (bare.returncode, bare.stdout) == (2, done.stdout)


def test_check_tells_prepare_makes_and_train_uses(gan_data: Command, pictures: Path, tmp_path: Path) -> None:
    data = ("data=folder", f"data.root='{pictures}'", "data.size=28")
    checked = gan_data("check", *data)
    assert checked.returncode == 0, checked.stderr
    assert "40 pictures" in checked.stdout
    assert "all is well" in checked.stdout
    made = gan_data("prepare", *data, "jobs=1")
    assert made.returncode == 0, made.stderr
    assert "preparing: 40" in made.stderr
    assert f"gan-train data=folder 'data.root='\"'\"'{pictures}'\"'\"'' data.size=28" in made.stdout
    small = ("trainer=smoke", "arch.generator.width=4", "arch.discriminator.width=4", "logger=none")
    trained = subprocess.run(
        [sys.executable, "-m", "gan_runner.cli.train", *data, *small, "data.flip=true"],
        cwd=tmp_path,
        env=os.environ | {"GAN_RUNNER_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert trained.returncode == 0, trained.stderr
    assert "preparing" not in trained.stderr
    (grid,) = (tmp_path / "outputs").glob("folder-*/*/samples/real.png")
    assert Image.open(grid).mode == "L"


def test_a_broken_picture_is_exit_code_2_for_all_three(gan_data: Command, pictures: Path, tmp_path: Path) -> None:
    (pictures / "7.png").write_text("text")
    data = ("data=folder", f"data.root='{pictures}'", "jobs=1")
    checked = gan_data("check", *data)
    assert checked.returncode == 2
    assert f"broken     {pictures / '7.png'}: " in checked.stdout
    made = gan_data("prepare", *data)
    assert made.returncode == 2
    assert f"gan_runner: {pictures / '7.png'}: " in made.stderr
    assert "data.on_error=skip" in made.stderr
    skipped = gan_data("prepare", *data, "data.on_error=skip")  # one of forty is more than 1 %
    assert skipped.returncode == 2
    assert "more than the 1 %" in skipped.stderr


def test_a_number_names_a_folder(gan_data: Command, pictures: Path, tmp_path: Path) -> None:
    pictures.rename(tmp_path / "2024")
    made = gan_data("prepare", "data=folder", "data.root=2024", "out=64", "jobs=1")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "64" / "manifest.json").is_file()
    assert gan_data("check", "data=prepared", "data.root=64", "sheet=7").returncode == 0
    assert (tmp_path / "7").is_file()


def test_a_choice_that_gan_train_takes_is_one_for_gan_data(gan_data: Command, pictures: Path, tmp_path: Path) -> None:
    place = tmp_path / "my, own"
    (place / "data").mkdir(parents=True)
    (place / "data" / "mine.yaml").write_text(
        "# @package _global_\ndefaults:\n"
        + "".join(f"  - override /{group}\n" for group in ("arch: mlp", "game: adversarial", "optim: sgd", "reg: [gp]"))
        + "  - override /metric: none\n  - override /trainer: smoke\n  - override /logger: csv\n"
        + "seed: 3\nprecision: bf16\ntrainer:\n  steps: 7\n"
        + f"data:\n  _target_: gan_runner.data.folder.load\n  root: '{pictures}'\n  size: 28\n"
    )
    checked = gan_data("check", "--config-dir", str(place), "data=mine", "jobs=1")
    assert checked.returncode == 0, checked.stderr
    assert "becomes    28x28 grey" in checked.stdout


def test_without_a_home_the_cache_is_asked_for(gan_data: Command, pictures: Path) -> None:
    done = gan_data("prepare", "data=folder", f"data.root='{pictures}'", GAN_RUNNER_CACHE="~no-such-person/x")
    assert done.returncode == 2
    assert "set GAN_RUNNER_CACHE to a folder" in done.stderr
    assert done.stderr.count("\n") == 1
