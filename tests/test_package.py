"""What `pip install` delivers: the command, the config and the data, working from any directory."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        ".",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_every_config_and_the_data_and_nothing_of_the_workshop(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (ROOT / "conf").rglob("*.yaml"):
        assert f"gan_runner/{path.relative_to(ROOT)}" in names
    assert sum(name.startswith("gan_runner/data/assets/mnist/") for name in names) == 5
    assert "hydra_plugins/gan_runner_sweeps.py" in names
    assert "hydra_plugins/__init__.py" not in names  # Hydra's plugins share the package with others'
    assert not [name for name in names if name.startswith(("tests", "conf/", "docs"))]


def test_installed_command_trains_from_any_directory(wheel: Path, tmp_path: Path) -> None:
    place, elsewhere = tmp_path / "site", tmp_path / "some where"
    zipfile.ZipFile(wheel).extractall(place)
    elsewhere.mkdir()
    program = "import gan_runner, sys; print(gan_runner.__file__); from gan_runner.cli.train import main; main()"
    small = ["trainer=smoke", "metric=none", "data.limit=64", "arch.generator.width=4", "arch.discriminator.width=4"]
    done = subprocess.run(
        [sys.executable, "-c", program, *small],
        cwd=elsewhere,
        env=os.environ | {"PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(place))
    assert len(list(elsewhere.glob("outputs/mnist-dcgan-lsgan-adam_lsgan/*/samples/000004.png"))) == 1


def test_installed_command_sweeps(wheel: Path, tmp_path: Path) -> None:
    place, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    zipfile.ZipFile(wheel).extractall(place)
    elsewhere.mkdir()
    (elsewhere / "types.py").write_text("raise ImportError('of no business to the command')")
    program = "from gan_runner.cli.train import main; main()"
    tiny = ["data=gaussian_mixture", "trainer=smoke", "metric=none", "logger=none", "seed=1,2", "sweep.slots=2"]
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, "-m", *tiny],
        cwd=elsewhere,
        env=os.environ | {"PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(list(elsewhere.glob("outputs/sweeps/*/*_seed=*/checkpoints/000004.pt"))) == 2
    (record, _) = elsewhere.glob("outputs/sweeps/*/*/run.json")
    assert json.loads(record.read_text())["command"].startswith(f"{place}/gan_runner/")
