import io
import json
import logging
from pathlib import Path

import lmdb
import pytest
from PIL import Image

from gan_runner.data.lsun import SCENES, load
from gan_runner.data.preparing.recipe import Recipe
from gan_runner.data.standins import scene_folder
from gan_runner.errors import UsageError


def jpeg(width: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, 5)).save(file, "JPEG")
    return file.getvalue()


def write(folder: Path, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    environment = lmdb.open(str(folder), map_size=2**24, sync=False, lock=False)
    with environment, environment.begin(write=True) as transaction:
        for number in range(count):
            transaction.put(b"%040d" % number, jpeg(number + 1))


@pytest.fixture
def genuine(tmp_path: Path) -> Path:
    for name, count in (("bedroom_train", 5), ("kitchen_train", 7), ("bedroom_val", 3), ("tower_train", 2)):
        write(tmp_path / "lsun" / f"{name}_lmdb", count)
    return tmp_path / "lsun"


def test_one_scene_has_no_labels_and_becomes_squares_of_the_size_asked_for(genuine: Path) -> None:
    pictures = load(str(genuine), size=112, fit="stretch", resample="box", on_error="skip")
    assert pictures.name == "lsun"
    assert pictures.recipe == Recipe(112, 3, "stretch", "box")
    assert pictures.on_error == "skip"
    assert [(len(part), part.classes, part.name) for part in pictures.parts] == [(5, (), "lsun")]


def test_several_scenes_are_parts_in_the_order_asked_for_and_the_limit_counts_in_each(genuine: Path) -> None:
    pictures = load(str(genuine), scene=["kitchen", "bedroom", "tower"], limit=4)
    assert pictures.part_names == ("kitchen", "bedroom", "tower")
    assert [len(part) for part in pictures.parts] == [4, 4, 2]
    assert [Path(part.place).name for part in pictures.parts] == [f"{one}_train_lmdb" for one in pictures.part_names]
    assert len({json.dumps(part.identity()) for part in pictures.parts}) == 3


def test_the_validation_pictures_are_another_folder(genuine: Path) -> None:
    assert [len(part) for part in load(str(genuine), split="val").parts] == [3]
    with pytest.raises(UsageError, match="holds no kitchen_val_lmdb, but bedroom_train_lmdb, bedroom_val_lmdb"):
        load(str(genuine), scene="kitchen", split="val")


def test_the_folder_of_the_database_itself_will_do_unless_it_is_of_another_scene(genuine: Path, tmp_path: Path) -> None:
    assert len(load(str(genuine / "kitchen_train_lmdb"), scene="kitchen").parts[0]) == 7
    write(tmp_path / "mine", 6)
    assert len(load(str(tmp_path / "mine")).parts[0]) == 6
    for scene in ("bedroom", ["kitchen", "tower"]):
        with pytest.raises(UsageError, match="holds no"):
            load(str(genuine / "kitchen_train_lmdb"), scene=scene)


@pytest.mark.parametrize(
    ("scene", "said"),
    [
        ("bedrom", "bedrom is unknown \\(did you mean bedroom\\?\\); allowed: bedroom, kitchen"),
        ("zoo", "zoo is unknown; allowed"),
        (["bedroom", "bedroom"], "bedroom is named twice; allowed"),
        ([], "the list is empty; allowed"),
    ],
)
def test_a_scene_that_is_none_is_named_with_what_is_allowed(genuine: Path, scene, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        load(str(genuine), scene=scene)


def test_the_ten_scenes_are_those_of_lsun() -> None:
    assert set(SCENES) == {
        "bedroom", "bridge", "church_outdoor", "classroom", "conference_room", "dining_room", "kitchen", "living_room",
        "restaurant", "tower",
    }  # fmt: skip


def test_a_root_without_the_scene_tells_what_is_there_and_where_the_real_ones_come_from(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    for root, said in (("nowhere", "no such folder"), ("file", "it is a file"), ("empty", "no \\*_lmdb folder")):
        with pytest.raises(UsageError, match=rf"{root}.*{said}.*LSUN authors' download script") as caught:
            load(str(tmp_path / root))
        assert "\n" not in str(caught.value)
    (tmp_path / "empty" / "bedroom_train_lmdb").mkdir()
    with pytest.raises(UsageError, match=r"data\.mdb: there is no such file"):
        load(str(tmp_path / "empty"))


def test_without_a_root_a_stand_in_is_drawn_once_into_the_cache_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    drawn: list[tuple[str, int, int]] = []

    def quick(folder: Path, scene: str, count: int, seed: int, jobs: int | None, done: object) -> None:
        drawn.append((scene, count, seed))
        write(folder, 4)

    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(scene_folder, "write", quick)
    for scene in ("bedroom", "bedroom", ["bedroom", "tower"]):
        caplog.clear()
        pictures = load(scene=scene)
        assert pictures.name == "lsun stand-in"
        (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
        assert "not LSUN's photographs" in warning
        assert "data.root=FOLDER" in warning
    assert drawn == [("bedroom", 600, 0), ("tower", 600, 0)]
    assert (tmp_path / "cache" / "standins") in Path(pictures.parts[0].place).parents
    with pytest.raises(ValueError, match=r"split=val needs data\.root"):
        load(split="val")


def test_a_genuine_set_is_read_without_a_warning(genuine: Path, caplog: pytest.LogCaptureFixture) -> None:
    load(str(genuine))
    assert not caplog.records
