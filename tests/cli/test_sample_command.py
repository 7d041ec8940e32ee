"""The real `gan-sample` command line."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import gan_runner
from gan_runner.cli.sample import HELP, main, quote_names
from gan_runner.generating.settings import Settings

Run = Callable[..., Path]
Main = Callable[..., tuple[int, str, str]]
NARROW = ("arch.generator.width=4", "arch.discriminator.width=4", "arch.generator.init=fans")
"""Small nets; DCGAN's own starting weights would make them flat grey."""
PLAIN = ("data=fake", *NARROW)
LABELLED = ("data=fake", "data.classes=3", "arch.conditional=true", *NARROW)
POINTS = ("data=gaussian_mixture", "arch.generator.hidden=[8]")
LINE = ("data=gaussian_1d", "arch.generator.hidden=[8]")
CODES = ("data=fake", "loss=infogan", *NARROW, "arch.latent.categorical=[4]", "arch.latent.distribution=uniform")


@pytest.fixture
def gan_sample(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Main:
    """Return a function that runs the command in this process: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()  # what a run trained for the test has said
        monkeypatch.setenv("HYDRA_FULL_ERROR", "0")
        monkeypatch.setattr(sys, "argv", ["gan-sample", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return (ended.value.code, *capsys.readouterr())

    return run


@pytest.mark.parametrize(
    ("overrides", "make", "sample"),
    [
        (PLAIN, "grid", "000004.png"),
        (PLAIN, "interpolation", "interpolation/000004.png"),
        (POINTS, "grid", "000004.png"),
        (LINE, "grid", "000004.png"),
        (LABELLED, "classes", "000004.png"),
        (LABELLED, "interpolation", "interpolation/000004.png"),
        (CODES, "codes", "codes/000004.png"),
    ],
)
def test_a_runs_own_pictures_come_out_byte_for_byte(
    gan_sample: Main, trained_run: Run, overrides: tuple[str, ...], make: str, sample: str
) -> None:
    run = trained_run(*overrides)
    for _ in range(2):  # the second time it replaces its own
        code, out, err = gan_sample(f"run={run}", f"make={make}")
        assert (code, err) == (0, "")
        made = run / "generated" / f"{make}-000004.png"
        assert out == f"{made}\n"
        assert made.read_bytes() == (run / "samples" / sample).read_bytes()


def test_an_array_is_what_python_samples_with_its_labels(gan_sample: Main, trained_run: Run, tmp_path: Path) -> None:
    run = trained_run(*LABELLED)
    told = ("make=npy", "n=700", "seed=4", "truncation=0.5", "weights=raw", "out='some where.npy'")
    code, out, err = gan_sample(f"run={run}", *told, "classes=[2,class 0]")
    assert code == 2
    assert "class 0" in err
    names = gan_runner.load(run).outline.classes
    code, out, err = gan_sample(f"run={run}", *told, f"classes=[2,{names[0]}]")
    assert (code, out.splitlines()) == (0, ["some where.npy", "some where-labels.npy"]), err
    assert "generating: 700 samples" in err
    labels = np.load(tmp_path / "some where-labels.npy")
    assert labels.tolist() == [2] * 350 + [0] * 350
    ours = gan_runner.load(run, weights="raw").sample(700, 4, labels.tolist(), 0.5)
    assert np.array_equal(np.load(tmp_path / "some where.npy"), ours.numpy())


def test_files_are_the_pictures_of_the_samples(gan_sample: Main, trained_run: Run) -> None:
    run = trained_run(*PLAIN)
    code, out, _ = gan_sample(f"run={run}", "make=files", "n=5", "checkpoint=000002.pt")
    assert (code, out) == (0, f"{run / 'generated' / 'files-000002-n=5'}\n")
    trained = gan_runner.load(run, "000002.pt")
    ours = trained.pictures(trained.sample(5))
    folder = Path(out.strip())
    assert sorted(os.listdir(folder)) == [f"00000{number}.png" for number in range(1, 6)]
    for number, picture in enumerate(ours, 1):
        assert np.array_equal(np.array(Image.open(folder / f"00000{number}.png")), picture[0].numpy())


def test_other_seeds_and_counts_give_other_grids(gan_sample: Main, trained_run: Run, tmp_path: Path) -> None:
    run = trained_run(*LABELLED)
    for number, word in enumerate(("n=64", "seed=1", "classes=1", "truncation=0.5", "weights=raw", "n=3")):
        assert gan_sample(f"run={run}", word, f"out={number}.png")[0] == 0
    assert len({(tmp_path / f"{number}.png").read_bytes() for number in range(6)}) == 6


def test_an_export_is_a_folder_with_a_readme(gan_sample: Main, trained_run: Run) -> None:
    run = trained_run(*PLAIN)
    code, out, _ = gan_sample(f"run={run}", "make=torchscript")
    folder = run / "generated" / "torchscript-000004"
    assert (code, out) == (0, f"{folder}\n")
    assert sorted(os.listdir(folder)) == ["README.md", "generator.ts"]


@pytest.mark.parametrize(
    ("overrides", "arguments", "message"),
    [
        (PLAIN, ["sed=3"], "sed: no such setting (did you mean seed?); allowed here: run, make, n"),
        (PLAIN, ["loss=gan"], "loss: no such setting"),
        (PLAIN, ["make=grd"], "make: got 'grd'; allowed: one of grid, classes"),
        (PLAIN, ["n=many"], "n: got 'many'; allowed: a whole number or null"),
        (PLAIN, ["n=0"], "n, got 0"),
        (PLAIN, ["weights=ema"], "weights: got 'ema'; allowed: one of average, raw or null"),
        (PLAIN, ["seed=-1"], "seed, got -1"),
        (PLAIN, ["truncation=0"], "truncation, got 0; allowed: more than 0"),
        (PLAIN, ["checkpoint=best"], "has no best one"),
        (PLAIN, ["checkpoint=2024"], "checkpoint=2024: no such file"),
        (PLAIN, ["device=gpu"], "device=gpu: no such device"),
        (PLAIN, ["--force"], "--force is not known here"),
        (PLAIN, ["here"], "here is not known here; allowed: KEY=VALUE"),
        (PLAIN, ["run=no,where"], "run=no,where: no such folder"),
        (PLAIN, ["run="], "run, got nothing"),
        (PLAIN, ["classes=1"], "is not told the class; leave classes out"),
        (PLAIN, ["make=classes"], "is not told the class; use make=grid"),
        (PLAIN, ["make=codes"], "have no codes"),
        (PLAIN, ["make=onnx", "n=3"], "n=3 with make=onnx"),
        (PLAIN, ["out=/dev/null/x.png"], "/dev/null"),
        (LABELLED, ["classes=[1,9]"], "classes=9: no such class"),
        (LABELLED, ["classes=[啊]"], "classes=啊: no such class"),
        (LABELLED, ["classes=1.5"], "classes: got 1.5"),
        (CODES, ["truncation=0.5"], "for uniform latents"),
        (POINTS, ["make=files"], "are no grey or colour pictures; use make=npy"),
        (POINTS, ["make=interpolation"], "use make=npy"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(
    gan_sample: Main, trained_run: Run, tmp_path: Path, overrides: tuple[str, ...], arguments: list[str], message: str
) -> None:
    code, out, err = gan_sample(f"run={trained_run(*overrides)}", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert os.listdir(tmp_path) == []


def test_points_in_space_have_no_picture_but_an_array(gan_sample: Main, trained_run: Run) -> None:
    run = trained_run("data=fake", "data.channels=2", "data.size=8", "arch=mlp", "arch.generator.hidden=[8]")
    code, _, err = gan_sample(f"run={run}")
    assert code == 2
    assert "samples of shape [2, 8, 8] have no picture; use make=npy" in err
    assert gan_sample(f"run={run}", "make=npy", "n=2")[0] == 0


def test_the_process_itself_answers_from_anywhere(trained_run: Run, tmp_path: Path) -> None:
    shutil.copytree(trained_run(*POINTS), tmp_path / "a run 图", symlinks=True)
    command = [sys.executable, "-m", "gan_runner.cli.sample", "run=a run 图", "n=10"]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "a run 图/generated/grid-000004-n=10.png\n"), done.stderr


def test_help_answers_without_torch_and_names_every_setting() -> None:
    program = (
        "import sys\nfrom gan_runner.cli.sample import main\n"
        "try:\n    main()\nfinally:\n    assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program, "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, HELP)
    for setting in Settings.__dataclass_fields__:
        assert f"{setting}=" in HELP


def test_names_in_a_list_need_no_quotes() -> None:
    assert quote_names("classes=[啊, 阿,7]") == 'classes=["啊","阿",7]'
    assert quote_names("classes=['啊',b]") == "classes=['啊',b]"
    assert quote_names("out=[啊]") == "out=[啊]"
