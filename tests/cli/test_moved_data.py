"""Runs whose data, folder or working directory have moved."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from omegaconf import OmegaConf
from PIL import Image

from gan_runner.cli.paths import make_absolute, overrides
from gan_runner.cli.resume import expand_resume
from gan_runner.errors import UsageError
from gan_runner.folder import refuse_other_settings

SMALL = ("trainer=smoke", "trainer.batch_size=4", "arch.generator.width=4", "arch.discriminator.width=4", "logger=none")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    generator = np.random.default_rng(0)
    (tmp_path / "place" / "pictures").mkdir(parents=True)
    for number in range(12):
        pixels = generator.integers(0, 256, (28, 28), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "place" / "pictures" / f"{number}.png")
    return tmp_path / "place" / "pictures"


def test_paths_of_the_data_become_absolute_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    config = OmegaConf.create(
        {"name": "root", "data": {"root": "pics", "images": "~/a.idx", "labels": True, "name": "pics"}}
    )
    make_absolute(config, "/here")
    assert config.data == {"root": "/here/pics", "images": "/home/me/a.idx", "labels": True, "name": "pics"}
    assert overrides(config) == {
        "data.root": '++data.root="/here/pics"',
        "data.images": '++data.images="/home/me/a.idx"',
    }
    several = OmegaConf.create({"data": {"root": ["a", "/b c"], "images": None, "labels": ""}})
    make_absolute(several, "/here")
    assert several.data == {"root": ["/here/a", "/b c"], "images": None, "labels": ""}
    assert overrides(several)["data.root"] == '++data.root=["/here/a","/b c"]'


def test_where_data_lie_may_change_but_not_what_they_are() -> None:
    refuse_other_settings({"data": {"root": "/a", "labels": "/a/l"}}, {"data": {"root": ["/b"], "labels": "/b/l"}})
    with pytest.raises(UsageError, match=r"data\.labels was True and is False"):
        refuse_other_settings({"data": {"labels": True}}, {"data": {"labels": False}})
    with pytest.raises(UsageError, match=r"data\.size was 28 and is 32"):
        refuse_other_settings({"data": {"root": "/a", "size": 28}}, {"data": {"root": "/b", "size": 32}})


def test_a_run_goes_on_from_elsewhere_and_with_its_data_moved(gan_train: Any, pictures: Path, tmp_path: Path) -> None:
    place = pictures.parent
    first = gan_train("data=folder", "data.root=pictures", "data.size=28", *SMALL, "hydra.job.chdir=true", cwd=place)
    assert first.returncode == 0, first.stderr
    (record,) = place.glob("outputs/*/*/run.json")
    run = record.parent
    elsewhere = gan_train(f"resume={run}", "trainer.steps=5", cwd=tmp_path)
    assert elsewhere.returncode == 0, elsewhere.stderr
    pictures.rename(tmp_path / "moved, again")
    lost = gan_train(f"resume={run}", "trainer.steps=6", cwd=tmp_path)
    assert lost.returncode == 2
    assert f"{pictures}: there is no such folder" in lost.stderr
    moved = gan_train(f"resume={run}", "trainer.steps=6", "data.root=moved, again", cwd=tmp_path)
    assert moved.returncode == 0, moved.stderr
    assert json.loads(record.read_text())["step"] == 6
    assert gan_train(f"resume={run}", "trainer.steps=7", cwd=place).returncode == 0  # where they were last
    Image.new("L", (28, 28)).save(tmp_path / "moved, again" / "0.png")
    other = gan_train(f"resume={run}", "trainer.steps=8", cwd=tmp_path)
    assert other.returncode == 2
    assert "fingerprints differ" in other.stderr


def test_the_home_folder_is_found(gan_train: Any, tmp_path: Path) -> None:
    small = ("data=fake", "trainer=smoke", "arch.generator.width=4", "arch.discriminator.width=4", "logger=none")
    home = str(tmp_path / "home")
    first = gan_train(*small, "hydra.run.dir=~/run 1", HOME=home)
    assert first.returncode == 0, first.stderr
    assert (tmp_path / "home" / "run 1" / "run.json").is_file()
    assert not (tmp_path / "~").exists()
    again = gan_train("resume=~/run 1", "trainer.steps=5", HOME=home)
    assert again.returncode == 0, again.stderr


def test_a_folder_that_only_looks_like_a_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".hydra").mkdir()
    (tmp_path / ".hydra" / "overrides.yaml").write_text("[]")
    with pytest.raises(UsageError, match="no run there"):
        expand_resume([f"resume={tmp_path}"])


def test_an_error_of_the_file_system_is_one_line(gan_train: Any, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    (tmp_path / "pictures").mkdir()
    Image.new("L", (28, 28)).save(tmp_path / "pictures" / "0.png")
    done = gan_train("data=folder", "data.root=pictures", "data.size=28", *SMALL, GAN_RUNNER_CACHE="cache")
    assert done.returncode == 2
    assert done.stderr.startswith("gan_runner: cache")
    assert done.stderr.count(os.linesep) == 1
