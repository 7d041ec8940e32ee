from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gan_runner
from gan_runner.errors import UsageError
from gan_runner.generating.place import place
from gan_runner.generating.settings import Settings
from gan_runner.trained import Trained

DEFAULTS: dict[str, Any] = dict.fromkeys(("n", "out", "weights", "seed", "classes", "truncation"))


def settings(**given: Any) -> Settings:
    return Settings(**(DEFAULTS | {"run": "x", "make": "grid", "checkpoint": "last", "device": "cpu"} | given))


@pytest.fixture
def trained(trained_run: Callable[..., Path]) -> Trained:
    return gan_runner.load(trained_run("data=fake", "arch.generator.width=4", "arch.discriminator.width=4"))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({}, "grid-000004.png"),
        ({"seed": 3, "n": 9}, "grid-000004-n=9-seed=3.png"),
        (
            {"classes": (3, "b"), "truncation": 0.5, "weights": "raw"},
            "grid-000004-classes=3,b-truncation=0.5-weights=raw.png",
        ),
        ({"make": "npy", "n": 5}, "npy-000004-n=5.npy"),
        ({"make": "files", "weights": "average"}, "files-000004"),
        ({"make": "onnx"}, "onnx-000004"),
    ],
)
def test_the_name_tells_what_decides_the_content(trained: Trained, given: dict[str, Any], name: str) -> None:
    assert place(settings(**given), trained) == trained.folder / "generated" / name


def test_long_and_odd_settings_get_names_of_their_own(trained: Trained) -> None:
    many = [place(settings(classes=tuple(range(last))), trained) for last in (90, 91)]
    many += [place(settings(classes=(name,)), trained) for name in ("a/b", "a_b", "a b", "啊" * 80, "阿" * 80)]
    assert len(set(many)) == len(many)
    for path in many:
        assert path.parent == trained.folder / "generated"
        assert len(path.name.encode()) <= 200


def test_what_is_there_is_left_alone(trained: Trained, tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    (tmp_path / "b-labels.npy").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    for make, name in (("grid", "a.png"), ("npy", "b.npy"), ("files", "full"), ("onnx", "full"), ("onnx", "a.png")):
        with pytest.raises(UsageError, match="is there already, and was left alone"):
            place(settings(make=make, out=str(tmp_path / name)), trained)
    (tmp_path / "empty").mkdir()
    for make, name in (("files", "empty"), ("onnx", "new"), ("npy", "new.npy"), ("codes", "new.PNG")):
        assert place(settings(make=make, out=str(tmp_path / name)), trained) == tmp_path / name


def test_a_file_is_named_for_what_it_is(trained: Trained, tmp_path: Path) -> None:
    for make, name, end in (("grid", "a.jpg", ".png"), ("npy", "a", ".npy"), ("codes", "a.npy", ".png")):
        with pytest.raises(UsageError, match=f"writes one {end} file"):
            place(settings(make=make, out=str(tmp_path / name)), trained)


def test_a_home_folder_is_a_tilde(trained: Trained, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert place(settings(out="~/a.png"), trained) == tmp_path / "a.png"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"run": None}, "run, got nothing; give the folder"),
        ({"out": ""}, "out must be a path"),
        ({"n": 0}, "n, got 0; allowed: 1 or more"),
        ({"n": 10_001}, "allowed: 1 to 10000 in one picture; use make=files or make=npy"),
        ({"classes": ()}, "classes, got none"),
        (
            {"make": "codes", "n": 5},
            "n=5 with make=codes, which has no use for it; leave it out, or use make=grid, files, npy",
        ),
        ({"make": "interpolation", "classes": (1, "b")}, "classes=1,b with make=interpolation"),
        ({"make": "onnx", "truncation": 0.5}, "truncation=0.5 with make=onnx"),
        ({"make": "safetensors", "seed": 0}, "seed=0 with make=safetensors"),
    ],
)
def test_settings_that_say_nothing_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        settings(**given)
