"""What is wrong with a run shows before its pictures are decoded, and its threads end with it."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gan_runner.build import build, design
from gan_runner.data.picture_set import PictureSet
from gan_runner.data.source import Source
from gan_runner.datachoice import load_data, unseen
from gan_runner.errors import UsageError
from gan_runner.run import Request, train

SMALL = ("trainer=smoke", "trainer.batch_size=4", "arch.generator.width=4", "arch.discriminator.width=4", "logger=none")


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two classes of grey pictures; the cache is empty."""
    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path / "cache"))
    generator = np.random.default_rng(0)
    for number in range(12):
        path = tmp_path / "pictures" / ("cats", "dogs")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(generator.integers(0, 256, (30, 40), dtype=np.uint8)).save(path)
    return tmp_path / "pictures"


def folder(pictures: Path, *more: str) -> tuple[str, ...]:
    return ("data=folder", f"data.root={pictures}", "data.size=28", *SMALL, *more)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("data.size=96", "arch=dcgan makes pictures of 28, 32, 64, 112 or 128 pixels; got 96x96"),
        ("metric=classifier", "metric=classifier needs labelled pictures"),
        ("metric=modes", "metric=modes needs data with known modes"),
        ("data.flip=maybe", "data.flip: got 'maybe'; allowed: true or false"),
        ("data.shuffle=1", "data.shuffle: got 1; allowed: true or false"),
        ("optim.lr=-1", "Invalid learning rate"),
        ("loss.a=1", "must differ"),
        ("trainer.batch_size=1", "batch norm"),
    ],
)
def test_what_does_not_fit_is_told_before_a_picture_is_decoded(
    compose_config: Any, pictures: Path, monkeypatch: pytest.MonkeyPatch, wrong: str, message: str
) -> None:
    monkeypatch.setattr(PictureSet, "prepare", lambda *_: pytest.fail("pictures were decoded"))
    with pytest.raises(UsageError, match=message.replace(".", r"\.")):
        build(compose_config(*folder(pictures), wrong))


@pytest.mark.parametrize("labels", ["true", "false"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_the_outline_is_what_preparing_makes_of_it(compose_config: Any, pictures: Path, labels: str, mode: str) -> None:
    for path in pictures.rglob("*.png"):
        Image.open(path).convert(mode).save(path)
    config = compose_config(*folder(pictures, f"data.labels={labels}", "data.limit=7"))
    data = load_data(config["data"])
    assert isinstance(data, PictureSet)
    outline = data.outline()
    assert not data.is_prepared
    source = data.source(unseen)
    assert data.is_prepared
    assert outline.shape == source.shape == ({"L": 1, "RGB": 3}[mode], 28, 28)
    assert (len(outline), outline.classes, outline.name) == (len(source), source.classes, source.name)
    assert (outline.labels is None) == (source.labels is None) == (labels == "false")


def test_a_dry_run_decodes_nothing_and_checks_the_rest(
    compose_config: Any, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = compose_config(*folder(pictures, "dry_run=true"))
    train(Request(config, {}, {}, tmp_path / "run", "gan-train"))
    said = capsys.readouterr().err
    assert "but for the pictures, not decoded yet" in said
    assert "12 samples" in said
    assert not (tmp_path / "cache").exists()
    assert not (tmp_path / "run").exists()
    with pytest.raises(UsageError, match="96x96"):
        train(Request(config | {"data": config["data"] | {"size": 96}}, {}, {}, tmp_path / "run", "gan-train"))


def test_a_step_does_not_depend_on_whether_pictures_are_decoded_first(compose_config: Any, pictures: Path) -> None:
    config = compose_config(*folder(pictures))
    assert isinstance(design(config).data, PictureSet)
    weights = []
    for _ in range(2):
        parts = build(config)
        parts.engine.step(parts.stream)
        weights.append(parts.game.networks.state_dict())
    assert isinstance(design(config).data, Source)
    assert all(weights[0][name].equal(weights[1][name]) for name in weights[0])


@pytest.mark.parametrize("fails", [False, True])
def test_the_threads_that_read_ahead_end_with_the_run(
    compose_config: Any, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    monkeypatch.setattr("gan_runner.data.picture_set.IN_MEMORY", 0)
    config = compose_config(*folder(pictures))
    if fails:
        monkeypatch.setattr("gan_runner.training.engine.Engine.step", lambda *_, **__: 1 / 0)
    try:
        train(Request(config, {"loss": "x"}, {"config.yaml": ""}, tmp_path / "run", "gan-train"))
    except ZeroDivisionError:
        assert fails
    reading = [thread.name for thread in threading.enumerate() if thread.name.startswith("read-ahead")]
    assert not reading
