from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gan_runner.construct import construct
from gan_runner.data import folder, hwdb, lsun
from gan_runner.data.preparing.recipe import Recipe, decode
from gan_runner.errors import UsageError


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for name, grey in (("light/a.png", 200), ("light/b.jpg", 210), ("dark/a.webp", 30)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (30, 20), (grey,) * 3).save(tmp_path / name)
    return tmp_path


def test_pictures_are_to_be_decoded_by_the_settings(pictures: Path) -> None:
    chosen = folder.load(str(pictures), 16, 3, "pad", "box", on_error="skip")
    assert chosen.name == "folder"
    assert chosen.recipe == Recipe(16, 3, "pad", "box")
    assert chosen.on_error == "skip"
    (part,) = chosen.parts
    assert len(part) == 3
    assert part.place == str(pictures)


def test_folders_become_classes_when_asked(pictures: Path) -> None:
    (part,) = folder.load(str(pictures), 8, labels=True).parts
    assert part.classes == ("dark", "light")
    levels = {}
    for piece in part.plan(None, 9):
        for record in part.read(piece):
            levels.setdefault(record.label, []).append(decode(record.open(), Recipe(8, 1)).mean())
    assert levels[0] == pytest.approx([30], abs=3)
    assert np.array(levels[1]) == pytest.approx([200, 210], abs=3)
    (part,) = folder.load(str(pictures), labels=True, classes=["light"], limit=1).parts
    assert (len(part), part.classes) == (1, ("light",))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "data: root is not set; give the folder of your pictures, data.root=FOLDER"),
        ({"root": "x", "classes": ["a"]}, "data: classes are the names of folders, which count only with labels=true"),
        ({"root": "x", "size": 0}, "data: size must be a side in pixels, got 0; allowed 1 to 4096"),
        ({"root": "x", "limit": 0}, "data: limit must be a number of samples, got 0"),
        ({"root": "x", "channels": 2}, "data.channels: got 2; allowed: one of 1, 3"),
        ({"root": "x", "fit": "corp"}, "data.fit: got 'corp'; allowed: one of crop, stretch, pad"),
        ({"root": "x", "on_error": "ignore"}, "data.on_error: got 'ignore'; allowed: one of stop, skip"),
    ],
)
def test_wrong_settings_are_one_sentence(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        construct({"_target_": "gan_runner.data.folder.load", **settings}, "data")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("module", [folder, lsun, hwdb])
def test_an_unset_variable_for_a_root_is_not_the_current_folder(module: Any) -> None:
    with pytest.raises(ValueError, match="root"):
        module.load("")
