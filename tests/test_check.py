"""`gan-data check` and `prepare` by their functions; tests/cli/test_data_command.py types the real commands."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf
from PIL import Image

from gan_runner import datatool
from gan_runner.check import check
from gan_runner.cli.app import conf_dir, register_resolvers
from gan_runner.errors import UsageError

Config = Callable[..., dict[str, Any]]


def quiet(what: str, done: int, total: int) -> None:
    pass


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Return a function from overrides to the config of gan-data, in an empty folder with an empty cache."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path / "cache"))
    register_resolvers()

    def composed(*overrides: str) -> dict[str, Any]:
        GlobalHydra.instance().clear()
        with initialize_config_dir(str(conf_dir()), version_base="1.3"):
            return OmegaConf.to_container(compose("gan_data", ["jobs=1", *overrides]), resolve=True)  # type: ignore

    return composed


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    generator = np.random.default_rng(0)
    for name, count in (("cats", 5), ("dogs", 3)):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(count):
            pixels = generator.integers(0, 256, (20, 30 + number, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pictures" / name / f"{number}.png")
    return tmp_path / "pictures"


def lines(text: list[str]) -> dict[str, str]:
    return {line[:10].strip(): line[11:] for line in text}


def test_a_folder_is_described_and_its_sheet_drawn(config: Config, pictures: Path) -> None:
    findings = check(config("data=folder", f"data.root={pictures}", "data.labels=true", "data.size=16"), quiet)
    said = lines(list(findings.text()))
    assert said["data"] == f"folder in {pictures}: 8 pictures"
    assert said["stored as"] == "30..34 wide, 20..20 high, RGB; the commonest of 5 sizes is 30x20 (2)"
    assert said["classes"] == "2, from dogs with 3 to cats with 5"
    assert said["becomes"] == "16x16 colour (fit=crop, resample=bicubic)"
    assert said["training"] == "holds it in memory: 6.1 kB beside the networks"
    assert said["prepared"].startswith("not yet")
    assert said["result"] == "all is well"
    assert not findings.faults
    with Image.open(said["sheet"]) as sheet:
        assert sheet.mode == "RGB"
        assert sheet.width > 500


def test_broken_pictures_are_named_and_nothing_else_is_lost(config: Config, pictures: Path) -> None:
    (pictures / "cats" / "empty.png").write_bytes(b"")
    (pictures / "dogs" / "text.png").write_text("not a picture")
    whole = (pictures / "dogs" / "0.png").read_bytes()
    (pictures / "dogs" / "half.png").write_bytes(whole[: len(whole) // 2])
    findings = check(config("data=folder", f"data.root={pictures}"), quiet)
    assert len(findings.faults) == 3
    for name, fault in zip(("cats/empty.png", "dogs/half.png", "dogs/text.png"), findings.faults, strict=True):
        assert fault.startswith(f"{pictures / name}: ")
        assert "\n" not in fault
    text = list(findings.text())
    assert lines(text)["data"].endswith("8 pictures")
    assert text[-1].split(maxsplit=1) == ["result", "3 faults"]


def test_many_broken_pictures_are_listed_in_a_file(config: Config, pictures: Path) -> None:
    for number in range(30):
        (pictures / "cats" / f"broken{number:02}.jpg").write_bytes(b"\xff\xd8\xff")
    findings = check(config("data=folder", f"data.root={pictures}", "sheet=there/sheet.png"), quiet)
    text = list(findings.text())
    assert "and 10 more" in text[-2]
    listed = Path("there/sheet.broken.txt").read_text().splitlines()
    assert len(listed) == 30
    assert all("broken" in line for line in listed)


def test_a_prepared_set_is_verified_to_the_last_bit(config: Config, pictures: Path, tmp_path: Path) -> None:
    data = ("data=folder", f"data.root={pictures}", "data.labels=true", "data.size=16")
    told = datatool.prepare(config(*data, "out=set"), quiet, "")
    assert "folder: 8 pictures of 16x16x3 in set" in told
    assert told.endswith("gan-train data=prepared data.root=set")
    findings = check(config("data=prepared", "data.root=set"), quiet)
    said = lines(list(findings.text()))
    assert said["data"] == "folder: 8 pictures of 16x16x3"
    assert said["classes"] == "2, from dogs with 3 to cats with 5"
    assert not findings.faults
    content = bytearray((tmp_path / "set" / "samples.npy").read_bytes())
    content[-1] ^= 1
    (tmp_path / "set" / "samples.npy").write_bytes(content)
    (fault,) = check(config("data=prepared", "data.root=set"), quiet).faults
    assert fault.startswith("set/samples.npy: the pixels are not those that were written")


def test_a_set_in_the_cache_is_verified_too(config: Config, pictures: Path, tmp_path: Path) -> None:
    data = ("data=folder", f"data.root={pictures}", "data.size=16")
    typed = f"data=folder data.root={pictures} data.size=16"
    assert datatool.prepare(config(*data), quiet, typed).endswith(f"train on it: gan-train {typed}")
    assert lines(list(check(config(*data), quiet).text()))["prepared"].startswith("8 pictures in ")
    (samples,) = (tmp_path / "cache").glob("prepared/*/samples.npy")
    samples.write_bytes(samples.read_bytes()[:-1] + b"?")
    assert "sha256 differs" in check(config(*data), quiet).faults[0]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (("data=mnist", "data.split=test"), "mnist: 10,000 pictures of 28x28x1"),
        (("data=gaussian_mixture", "data.count=80"), "gaussian_mixture: 80 points of 2 numbers"),
        (("data=fake", "data.classes=3", "data.count=9"), "fake: 9 pictures of 28x28x1"),
    ],
)
def test_data_that_are_read_as_they_are_are_described(config: Config, data: tuple[str, ...], expected: str) -> None:
    findings = check(config(*data), quiet)
    said = lines(list(findings.text()))
    assert said["data"] == expected
    assert Path(said["sheet"]).is_file()


def test_a_late_picture_in_colour_among_grey_ones_is_found_as_preparing_would(config: Config, tmp_path: Path) -> None:
    (tmp_path / "grey").mkdir()
    for number in range(70):
        Image.new("RGB" if number > 65 else "L", (4, 4)).save(tmp_path / "grey" / f"{number:02}.png")
    data = ("data=folder", f"data.root={tmp_path / 'grey'}", "data.size=4")
    (fault,) = check(config(*data), quiet).faults
    assert fault.startswith(f"{tmp_path / 'grey' / '66.png'}: is in colour, but the first 64 pictures are grey")
    with pytest.raises(UsageError) as refused:
        datatool.prepare(config(*data), quiet, "")
    assert str(refused.value) == fault
    assert not check(config(*data, "data.channels=1"), quiet).faults


def test_a_sheet_that_cannot_be_written_is_found_out_before_anything_is_read(
    config: Config, pictures: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for sheet in ("file/sheet.png", "pictures"):
        with pytest.raises(UsageError, match=rf"^{sheet}: the contact sheet cannot be written \("):
            check(
                config("data=folder", f"data.root={pictures / 'cats'}", f"sheet={sheet}"),
                lambda *_: pytest.fail("read"),
            )
    with pytest.raises(UsageError, match=r"lies among the pictures in .*; give a file outside"):
        check(config("data=folder", f"data.root={pictures}", f"sheet={pictures}/cats/sheet.png"), quiet)


def test_checking_the_current_folder_twice_finds_the_same(config: Config, pictures: Path) -> None:
    said = [lines(list(check(config("data=folder", "data.root=."), quiet).text())) for _ in range(2)]
    assert said[0]["data"] == said[1]["data"] == "folder in .: 8 pictures"
    assert Path(said[1]["sheet"]).is_file()
    assert said[1]["notes"].startswith("passes over 1 folders: outputs/check/ (gan_runner's own)")


def test_what_cannot_be_done_is_a_sentence(config: Config, pictures: Path) -> None:
    with pytest.raises(UsageError, match="there is nothing to prepare"):
        datatool.prepare(config("data=mnist"), quiet, "")
    with pytest.raises(UsageError, match="no stand-in for folder; allowed: data=hwdb, data=lsun"):
        datatool.render(config("data=folder", f"data.root={pictures}"), quiet)
    with pytest.raises(UsageError, match=r"give the folder to write, data\.root=DIR"):
        datatool.render(config("data=hwdb"), quiet)
    with pytest.raises(UsageError, match="writers=3 belongs to gan-data render, not to gan-data check"):
        datatool.refuse_foreign("check", ["data=hwdb", "writers=3"])
    with pytest.raises(UsageError, match=r"optim\.lr=1 belongs to gan-train, not to gan-data check"):
        datatool.refuse_foreign("check", ["optim.lr=1"])
    datatool.refuse_foreign("render", ["data.root=x", "writers=3", "jobs=1"])
