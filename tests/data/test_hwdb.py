import json
import logging
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gan_runner.data import hwdb
from gan_runner.data.encoded.base import Piece
from gan_runner.data.standins import gnt_writer
from gan_runner.data.standins.gnt_writer import Sheet, write
from gan_runner.data.standins.hanzi import LICENCE, characters
from gan_runner.errors import UsageError

ROOT = Path(__file__).parents[2]


def unseen(what: str, done: int, total: int) -> None:
    pass


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def by_hand(content: bytes) -> list[tuple[str, int, int, bytes]]:
    found = []
    while content:
        size, code, width, height = struct.unpack_from("<I2sHH", content)
        found.append((code.decode("gb2312"), width, height, content[10:size]))
        content = content[size:]
    return found


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    told = []
    folder = tmp_path_factory.mktemp("parent") / "sub" / "drawn"
    place = hwdb.render(str(folder), writers=3, classes=6, seed=4, jobs=2, report=lambda *it: told.append(it))
    assert place == folder
    assert told == [("rendering", done, 18) for done in (0, 6, 12, 18)]
    return folder


def test_a_rendered_folder_is_genuine_gnt_files_a_marker_and_the_licence(drawn: Path) -> None:
    assert sorted(files(drawn)) == ["0001.gnt", "0002.gnt", "0003.gnt", "ARPHICPL.TXT", "STAND-IN.json"]
    for name in ("0001.gnt", "0002.gnt", "0003.gnt"):
        records = by_hand((drawn / name).read_bytes())
        assert [character for character, *_ in records] == list(characters(6))
        for _, width, height, pixels in records:
            bitmap = np.frombuffer(pixels, np.uint8).reshape(height, width)
            assert (bitmap < 255).any(axis=0)[[0, -1]].all()
            assert 0.5 < (bitmap == 255).mean() < 0.98
    marker = json.loads((drawn / "STAND-IN.json").read_text())
    assert {key: marker[key] for key in ("writers", "classes", "seed")} == {"writers": 3, "classes": 6, "seed": 4}
    assert "no part" in marker["what"]
    assert (drawn / "ARPHICPL.TXT").read_bytes() == LICENCE.read_bytes()


def test_what_was_rendered_is_read_back_under_its_name_with_the_right_characters(drawn: Path) -> None:
    data = hwdb.load(str(drawn), size=20, fit="pad", limit=13)
    (folder,) = data.parts
    assert data.name == folder.name == "hwdb stand-in"
    assert (data.recipe.size, data.recipe.channels, data.recipe.fit) == (20, 1, "pad")
    assert folder.classes == characters(6)
    assert [one.label for one in folder.read(Piece(0, len(folder)))] == [0, 1, 2, 3, 4, 5] * 2 + [0]
    assert hwdb.load(str(drawn.parent)).name == "hwdb stand-in"  # a marker anywhere below tells


def test_bytes_depend_on_seed_writer_and_classes_and_a_sample_not_on_the_other_classes(
    drawn: Path, tmp_path: Path
) -> None:
    other = Sheet(tmp_path, 2, 6, 4)
    write(other)
    assert other.path.read_bytes() == (drawn / "0002.gnt").read_bytes()
    contents = [content for name, content in files(drawn).items() if name.endswith(".gnt")]
    write(Sheet(tmp_path, 2, 6, 5))
    assert len({*contents, other.path.read_bytes()}) == 4
    write(Sheet(tmp_path, 2, 3, 4))
    few = by_hand(other.path.read_bytes())
    assert [one for one in by_hand((drawn / "0002.gnt").read_bytes()) if one[0] in characters(3)] == few


def test_rendering_again_keeps_what_is_there_and_makes_what_is_missing(drawn: Path, tmp_path: Path) -> None:
    folder = tmp_path / "again"
    hwdb.render(str(folder), 2, 6, 4, 1, report=unseen)
    (folder / ".0002.gnt.tmp-123").write_bytes(b"left by a kill")
    (folder / "0001.gnt").unlink()
    time_of_second = (folder / "0002.gnt").stat().st_mtime_ns
    with pytest.raises(UsageError, match="1 of 2 writers are drawn; type the same gan-data render again"):
        hwdb.load(str(folder))
    told = []
    hwdb.render(str(folder), 3, 6, 4, 1, report=lambda *it: told.append(it))
    assert [done for _, done, _ in told] == [6, 12, 18]
    assert (folder / "0002.gnt").stat().st_mtime_ns == time_of_second
    (folder / ".0002.gnt.tmp-123").unlink()
    assert files(folder) == files(drawn)


def test_a_complete_stand_in_is_neither_locked_nor_written_to(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.stat().st_mtime_ns for path in (drawn, *drawn.iterdir())}
    monkeypatch.setattr("gan_runner.lock.hold", lambda *_, **__: pytest.fail("was locked"))
    told = []
    assert hwdb.render(str(drawn), 3, 6, 4, report=lambda *it: told.append(it)) == drawn
    assert told == [("rendering", 18, 18)]
    assert {path: path.stat().st_mtime_ns for path in before} == before


@pytest.mark.parametrize(
    "settings", [{"writers": 2}, {"classes": 7}, {"seed": 5}], ids=["fewer writers", "classes", "seed"]
)
def test_another_stand_in_in_the_folder_is_refused(drawn: Path, settings: dict[str, int]) -> None:
    before = files(drawn)
    with pytest.raises(UsageError, match=r"holds a stand-in with writers=3, classes=6, seed=4") as caught:
        hwdb.render(str(drawn), **{"writers": 3, "classes": 6, "seed": 4} | settings, report=unseen)
    assert "\n" not in str(caught.value)
    assert files(drawn) == before


def test_another_version_of_the_drawing_is_refused(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hwdb, "VERSION", gnt_writer.VERSION + 1)
    with pytest.raises(UsageError, match=r"version=1, not writers=3.*version=2"):
        hwdb.render(str(drawn), 3, 6, 4, report=unseen)


def test_a_folder_that_holds_anything_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0001.gnt").write_bytes(b"someone's genuine file")
    with pytest.raises(UsageError, match=r"0001\.gnt: is no part of a stand-in"):
        hwdb.render(str(tmp_path), 1, 1, report=unseen)
    with pytest.raises(UsageError, match="File exists"):
        hwdb.render(str(tmp_path / "0001.gnt"), 1, 1, report=unseen)
    with pytest.raises(UsageError, match="Not a directory"):
        hwdb.render(str(tmp_path / "0001.gnt" / "below"), 1, 1, report=unseen)
    (tmp_path / "0001.gnt").unlink()
    (tmp_path / "STAND-IN.json").write_text("[]")
    for use in (lambda: hwdb.render(str(tmp_path), 1, 1, report=unseen), lambda: hwdb.load(str(tmp_path))):
        with pytest.raises(UsageError, match=r"STAND-IN.json: is damaged"):
            use()
    assert [path.name for path in tmp_path.iterdir()] == ["STAND-IN.json"]


def test_a_disk_that_refuses_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(hwdb, "in_processes", lambda *_: iter([None, None, full()]))
    with pytest.raises(UsageError, match="No space left on device, after 0 of 5 writers; they are kept"):
        hwdb.render(str(tmp_path), 5, 1, report=unseen)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"writers": 0}, "writers must be a whole number, got 0; allowed 1 to 9999"),
        ({"writers": 10_000}, "writers"),
        ({"classes": 3756}, "classes must be a whole number, got 3756; allowed 1 to 3755"),
        ({"classes": 0}, "classes"),
        ({"seed": -1}, "seed"),
        ({"jobs": 0}, "jobs"),
    ],
)
def test_numbers_out_of_range_are_refused_before_anything_is_made(tmp_path: Path, settings, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        hwdb.render(str(tmp_path / "new"), **settings, report=unseen)
    assert not (tmp_path / "new").exists()


def test_genuine_files_are_called_hwdb_and_bad_settings_and_places_are_refused(drawn: Path, tmp_path: Path) -> None:
    (tmp_path / "001.gnt").write_bytes((drawn / "0001.gnt").read_bytes())
    data = hwdb.load(str(tmp_path))
    assert data.name == data.parts[0].name == "hwdb"
    assert (data.recipe.size, data.recipe.fit, data.on_error) == (28, "stretch", "stop")
    with pytest.raises(ValueError, match="limit must be"):
        hwdb.load(str(tmp_path), limit=0)
    with pytest.raises(ValueError, match="size must be"):
        hwdb.load(str(tmp_path), size=0)
    with pytest.raises(UsageError, match="no such folder"):
        hwdb.load(str(tmp_path / "missing"))
    with pytest.raises(ValueError, match="root must be a folder"):
        hwdb.load("")


def test_without_a_root_a_small_stand_in_is_drawn_once_into_the_cache_and_said_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = []

    def short(sheets: list[Sheet]) -> list[Sheet]:
        asked.append(sheets)
        return [sheet._replace(classes=3) for sheet in sheets]

    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path))
    monkeypatch.setattr(hwdb, "in_processes", lambda do, sheets, jobs: map(do, short(sheets)))
    data = [hwdb.load() for _ in range(2)][1]
    assert data.name == "hwdb stand-in"
    assert (len(asked[0]), {sheet.classes for sheet in asked[0]}, {sheet.seed for sheet in asked[0]}) == (
        40,
        {100},
        {0},
    )
    assert asked[1:] == []
    assert len(data.parts[0]) == 120
    assert Path(data.parts[0].place).parent == tmp_path / "standins"
    warnings = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
    assert len(warnings) == 2
    assert all("stand-in" in one and "not CASIA-HWDB" in one and "data.root=FOLDER" in one for one in warnings)


def test_ctrl_c_ends_rendering_and_its_processes_at_once(tmp_path: Path) -> None:
    folder, program = tmp_path / "drawn", tmp_path / "program.py"
    program.write_text(
        "from gan_runner.data.hwdb import render\n"
        "if __name__ == '__main__':\n"
        f"    render({str(folder)!r}, 6, 3755, jobs=1, report=lambda *it: print(it, flush=True))\n"
    )
    with subprocess.Popen(
        [sys.executable, str(program)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "('rendering', 0, 22530)\n"
        time.sleep(0.7)
        running.send_signal(signal.SIGINT)
        start = time.monotonic()
        _, errors = running.communicate(timeout=60)
        assert time.monotonic() - start < 4  # one writer's 3,755 characters take longer
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert not list(folder.glob("*.gnt"))
    while time.monotonic() - start < 20:
        try:
            os.killpg(running.pid, 0)  # raises once nobody is left in its group
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("a process was left behind")
