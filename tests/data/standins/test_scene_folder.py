import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import lmdb
import pytest
from PIL import Image

from gan_runner.data.lsun import load
from gan_runner.data.standins.scene_folder import render
from gan_runner.errors import UsageError

ROOT = Path(__file__).parents[3]


def unseen(what: str, done: int, total: int) -> None:
    pass


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    told: list[tuple[str, int, int]] = []
    folder = tmp_path_factory.mktemp("parent") / "sub" / "drawn"
    place = render(str(folder), ["tower", "bedroom"], 40, 5, 2, report=lambda *it: told.append(it))
    assert place == folder
    assert told == [("rendering", done, 80) for done in (0, 32, 40, 72, 80)]
    return folder


def contents(folder: Path) -> dict[bytes, bytes]:
    with lmdb.open(str(folder), readonly=True, lock=False) as environment, environment.begin() as transaction:
        return dict(transaction.cursor())


def test_a_rendered_folder_is_genuine_databases_and_a_marker(drawn: Path) -> None:
    assert sorted(path.name for path in drawn.iterdir()) == ["STAND-IN.json", "bedroom_train_lmdb", "tower_train_lmdb"]
    for scene in ("bedroom", "tower"):
        assert [path.name for path in (drawn / f"{scene}_train_lmdb").iterdir()] == ["data.mdb"]
        held = contents(drawn / f"{scene}_train_lmdb")
        assert set(held) == {hashlib.sha1(f"5/{scene}/{n}".encode()).hexdigest().encode() for n in range(40)}
        images = [Image.open(io.BytesIO(value)) for value in held.values()]
        assert {image.format for image in images} == {"WEBP"}
        assert {min(image.size) for image in images} == {256}
    marker = json.loads((drawn / "STAND-IN.json").read_text())
    assert (marker["count"], marker["seed"], marker["scenes"]) == (40, 5, ["tower", "bedroom"])
    assert "no photographs" in marker["what"]


def test_a_rendered_folder_is_read_back_under_its_own_name(drawn: Path) -> None:
    pictures = load(str(drawn), scene=["bedroom", "tower"])
    assert pictures.name == "lsun stand-in"
    assert {part.name for part in pictures.parts} == {"lsun stand-in"}
    for part in pictures.parts:
        (piece,) = part.plan(None, 5, 256)
        assert sum(min(record.open().size) == 256 for record in part.read(piece)) == 40
    assert load(str(drawn / "bedroom_train_lmdb")).name == "lsun stand-in"


def test_the_bytes_depend_on_the_seed_and_not_on_the_number_of_processes(drawn: Path, tmp_path: Path) -> None:
    render(str(tmp_path / "one"), "tower", 40, 5, 1, report=unseen)
    render(str(tmp_path / "other"), "tower", 40, 6, 1, report=unseen)
    same, one, other = (
        path / "tower_train_lmdb" / "data.mdb" for path in (drawn, tmp_path / "one", tmp_path / "other")
    )
    assert one.read_bytes() == same.read_bytes()
    assert not set(contents(one.parent)) & set(contents(other.parent))
    assert not set(contents(one.parent).values()) & set(contents(other.parent).values())


def test_a_complete_stand_in_is_neither_locked_nor_written_to(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.stat().st_mtime_ns for path in (drawn, *drawn.iterdir())}
    monkeypatch.setattr("gan_runner.lock.hold", lambda *_, **__: pytest.fail("was locked"))
    assert render(str(drawn), "bedroom", 40, 5, report=unseen) == drawn
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_rendering_again_keeps_what_is_there_and_other_scenes_can_be_added(drawn: Path) -> None:
    times = {path: path.stat().st_mtime_ns for path in drawn.glob("*/data.mdb")}
    told: list[tuple[str, int, int]] = []
    render(str(drawn), "bedroom", 40, 5, report=lambda *it: told.append(it))
    assert told == [("rendering", 40, 40)]
    render(str(drawn), ["bedroom", "bridge"], 40, 5, 1, report=lambda *it: told.append(it))
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert len(contents(drawn / "bridge_train_lmdb")) == 40
    assert json.loads((drawn / "STAND-IN.json").read_text())["scenes"] == ["tower", "bedroom", "bridge"]


def test_other_settings_or_foreign_files_are_refused_in_a_sentence(drawn: Path, tmp_path: Path) -> None:
    for count, seed in ((41, 5), (40, 6)):
        with pytest.raises(
            UsageError, match=rf"holds a stand-in with count=40, seed=5.*not count={count}, seed={seed}"
        ):
            render(str(drawn), "bedroom", count, seed, report=unseen)
    (tmp_path / "bedroom_train_lmdb").mkdir()
    with pytest.raises(UsageError, match="bedroom_train_lmdb: is no part of a stand-in"):
        render(str(tmp_path), "bedroom", 40, 5, report=unseen)
    assert [path.name for path in tmp_path.iterdir()] == ["bedroom_train_lmdb"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="file"):
        render(str(tmp_path / "file"), "bedroom", 40, 5, report=unseen)
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "STAND-IN.json").write_text('{"count": 40')
    with pytest.raises(UsageError, match=r"STAND-IN\.json: is damaged"):
        render(str(tmp_path / "torn"), "bedroom", 40, 5, report=unseen)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"count": 0}, "count must be a whole number, got 0; allowed 1"),
        ({"seed": -1}, "seed"),
        ({"jobs": 0}, "jobs"),
        ({"scene": "attic"}, "attic"),
    ],
)
def test_settings_out_of_range_are_refused_before_anything_is_made(tmp_path: Path, settings, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        render(**({"root": str(tmp_path / "new")} | settings), report=unseen)
    assert not (tmp_path / "new").exists()


PROGRAM = """
import sys
from gan_runner.data.standins.scene_folder import render
if __name__ == "__main__":
    render(sys.argv[1], "bedroom", 2000, 0, 2, report=lambda what, done, total: print(done, flush=True))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_kill_half_way_leaves_nothing_that_passes_for_complete_nor_processes(tmp_path: Path, how: int) -> None:
    (tmp_path / "draw.py").write_text(PROGRAM)
    command = [sys.executable, str(tmp_path / "draw.py"), str(tmp_path / "drawn")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        while int(process.stdout.readline()) < 64:
            pass
        process.send_signal(how)
        process.stdout.read()  # ends when no process holds it any more
        process.stderr.read()  # type: ignore[union-attr]
    assert process.returncode != 0
    left = {path.name for path in (tmp_path / "drawn").iterdir()}
    assert left == {"STAND-IN.json"} | ({".bedroom_train_lmdb.tmp"} if how == signal.SIGKILL else set())
    with pytest.raises(UsageError, match="holds no bedroom_train_lmdb"):
        load(str(tmp_path / "drawn"))


def test_what_a_kill_has_left_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    left = tmp_path / ".bridge_train_lmdb.tmp"
    left.mkdir()
    (left / "data.mdb").write_bytes(b"half a file")
    render(str(tmp_path), "bridge", 2, 0, 1, report=unseen)
    assert not left.exists()
    assert len(contents(tmp_path / "bridge_train_lmdb")) == 2


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    program = PROGRAM.replace(
        "    render(", "    import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2**18, 2**18))\n    render("
    )
    (tmp_path / "draw.py").write_text(program)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "draw.py"), str(tmp_path / "drawn")],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "UsageError" in done.stderr.splitlines()[-1]
    assert "bedroom_train_lmdb: cannot be written" in done.stderr.splitlines()[-1]
    assert [path.name for path in (tmp_path / "drawn").iterdir()] == ["STAND-IN.json"]


def test_two_that_draw_the_same_at_once_both_end_well(tmp_path: Path) -> None:
    (tmp_path / "draw.py").write_text(PROGRAM.replace("2000", "64"))
    command = [sys.executable, str(tmp_path / "draw.py"), str(tmp_path / "drawn")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(2)]
    ends = [process.communicate(timeout=60)[0].split()[-1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert ends == [b"64", b"64"]
    assert len(contents(tmp_path / "drawn" / "bedroom_train_lmdb")) == 64
