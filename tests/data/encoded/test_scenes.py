import io
import json
import os
import pickle
import signal
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import lmdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gan_runner.data.encoded.base import Piece, Record
from gan_runner.data.encoded.scenes import SceneDatabase, open_picture
from gan_runner.errors import UsageError

ROOT = Path(__file__).parents[3]
PAGE = 4096
ENTRIES = 16 + 24 + 48 + 32
"""Where a meta page counts the entries: after page header, magic to map size, the free list's record, five fields."""


def encoded(width: int, kind: str, height: int = 3) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), (200, 40, 90)).save(file, kind)
    return file.getvalue()


PICTURES = [encoded(width, "JPEG" if width % 2 else "WEBP") for width in range(1, 61)]
"""Recognised by their widths, 1 to 60."""


def write(folder: Path, items: Iterable[tuple[bytes, bytes]], batch: int = 50) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    items = list(items)
    with lmdb.open(str(folder), map_size=2**28, sync=False, lock=False) as environment:
        for start in range(0, len(items), batch):
            with environment.begin(write=True) as transaction:
                for key, value in items[start : start + batch]:
                    transaction.put(key, value)
    return folder


def keys(count: int, seed: int = 0) -> list[bytes]:
    rng = np.random.default_rng(seed)
    return [rng.bytes(20).hex().encode() for _ in range(count)]


def walk(
    database: SceneDatabase, at_once: int, after: Piece | None = None, size: int = 256
) -> Iterator[tuple[Piece, list[Record]]]:
    while pieces := database.plan(after, at_once, size):
        assert len(pieces) <= at_once
        for piece in pieces:
            yield piece, list(database.read(piece))
        after = pieces[-1]


@given(
    names=st.lists(st.binary(min_size=1, max_size=30), min_size=1, max_size=60, unique=True),
    piece=st.integers(1, 20),
    at_once=st.integers(1, 5),
    limit=st.none() | st.integers(1, 70),
    data=st.data(),
)
@settings(max_examples=40, deadline=None)
def test_all_records_come_once_in_the_order_of_keys_whatever_the_pieces(
    tmp_path_factory: pytest.TempPathFactory, names: list[bytes], piece: int, at_once: int, limit: int | None, data
) -> None:
    folder = write(tmp_path_factory.mktemp("db"), zip(names, PICTURES, strict=False), batch=7)
    database = SceneDatabase(folder, limit)
    expected = [width for _, width in sorted(zip(names, range(1, 61), strict=False))][:limit]
    walked = list(walk(database, at_once, size=piece))
    assert [record.open().width for _, records in walked for record in records] == expected
    assert len(database) == len(expected)
    assert [one.first for one, _ in walked] == list(range(0, len(expected), piece))
    assert all(len(records) == one.count for one, records in walked)
    other = data.draw(st.integers(1, 20))  # pieces after an interruption need not be of the size of those before
    again = data.draw(st.integers(0, len(walked) - 1))
    rest = [
        record.open().width for _, records in walk(database, at_once, walked[again][0], other) for record in records
    ]
    assert rest == expected[walked[again][0].first + walked[again][0].count :]


def test_pieces_begin_at_every_so_many_keys_and_a_record_is_named_by_folder_and_key(tmp_path: Path) -> None:
    names = keys(600)
    database = SceneDatabase(write(tmp_path / "bedroom_train_lmdb", ((name, PICTURES[0]) for name in names)))
    pieces = database.plan(None, 10, 256)
    assert [(one.first, one.count) for one in pieces] == [(0, 256), (256, 256), (512, 88)]
    assert [bytes.fromhex(one.mark) for one in pieces] == sorted(names)[::256]
    record = next(database.read(pieces[1]))
    assert record.where == f"{tmp_path / 'bedroom_train_lmdb'} key {sorted(names)[256].decode()}"
    assert record.label is None
    assert database.classes == ()
    assert database.broken == ()


def test_keys_that_are_no_words_are_named_by_their_bytes(tmp_path: Path) -> None:
    database = SceneDatabase(write(tmp_path, [(b"a\n\xff", PICTURES[0]), (b"plain", PICTURES[1])]))
    (piece,) = database.plan(None, 1)
    assert [record.where for record in database.read(piece)] == [f"{tmp_path} key 0x610aff", f"{tmp_path} key plain"]


@pytest.mark.parametrize("kind", ["WEBP", "JPEG"])
def test_both_formats_are_opened_by_their_first_bytes(kind: str) -> None:
    image = open_picture(encoded(41, kind, 17))
    assert (image.format, image.size) == (kind, (41, 17))


@pytest.mark.parametrize("value", [b"", b"RIFF", b"RIFF1234WAVE", b"\xff", encoded(4, "PNG"), b"not a picture"])
def test_anything_else_is_neither(value: bytes) -> None:
    with pytest.raises(ValueError, match=f"neither WebP nor JPEG: {len(value)} bytes"):
        open_picture(value)


def test_a_file_that_only_begins_like_a_picture_is_refused_by_pillow() -> None:
    for value in (b"\xff\xd8 and no more", b"RIFF\x00\x00\x00\x00WEBP and no more"):
        with pytest.raises(OSError, match=r"cannot identify|image"):
            open_picture(value).load()


def test_garbage_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    database = SceneDatabase(
        write(tmp_path, [(b"1", PICTURES[0]), (b"2", b""), (b"3", b"x" * 9000), (b"4", PICTURES[1])])
    )
    records = [record for _, some in walk(database, 1) for record in some]
    assert [records[0].open().width, records[3].open().width] == [1, 2]
    for record in records[1:3]:
        with pytest.raises(ValueError, match="neither"):
            record.open()


def test_the_file_itself_may_be_given(tmp_path: Path) -> None:
    folder = write(tmp_path / "any", [(b"1", PICTURES[4])])
    (piece,) = SceneDatabase(folder / "data.mdb").plan(None, 1)
    assert [record.open().width for record in SceneDatabase(folder / "data.mdb").read(piece)] == [5]


def test_reading_leaves_the_folder_as_it_was_and_nothing_open(tmp_path: Path) -> None:
    folder = write(tmp_path / "db", zip(keys(50), PICTURES, strict=False))
    before = {path.name: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.iterdir()}
    first, second = SceneDatabase(folder), SceneDatabase(folder)
    (piece,) = first.plan(None, 1, 50)
    unfinished = first.read(piece)
    next(unfinished)
    assert len(list(second.read(piece))) == 50  # LMDB refuses to open a file twice in one process
    assert {path.name: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.iterdir()} == before
    if sys.platform == "linux":
        assert not [link for link in Path("/proc/self/fd").iterdir() if str(folder) in os.path.realpath(link)]


def test_it_is_pickled_small_and_reads_the_same_there(tmp_path: Path) -> None:
    database = SceneDatabase(write(tmp_path, zip(keys(300), PICTURES * 5, strict=False)), limit=270)
    list(walk(database, 1))
    pickled = pickle.dumps(database)
    assert len(pickled) < 1000
    other = pickle.loads(pickled)
    assert [piece for piece, _ in walk(other, 2)] == [piece for piece, _ in walk(database, 1)]
    assert other.identity() == database.identity()


def test_identity_tells_sets_apart_and_is_plain_json(tmp_path: Path) -> None:
    folder = write(tmp_path / "db", zip(keys(50), PICTURES, strict=False))
    before = SceneDatabase(folder).identity()
    assert json.loads(json.dumps(before)) == before
    assert SceneDatabase(folder).identity() == before
    assert SceneDatabase(folder, limit=50).identity() != before
    write(folder, [(sorted(keys(50))[0], PICTURES[0])])
    after = SceneDatabase(folder).identity()
    assert after != before
    os.utime(folder / "data.mdb", ns=(1, 1))
    assert SceneDatabase(folder).identity() != after


@pytest.mark.parametrize("limit", [0, -3])
def test_a_limit_of_nothing_is_refused(tmp_path: Path, limit: int) -> None:
    with pytest.raises(ValueError, match="limit"):
        SceneDatabase(tmp_path, limit)


def refused(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        SceneDatabase(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_no_database_is_refused_in_a_line(tmp_path: Path) -> None:
    assert "there is no such file" in refused(tmp_path)
    assert "there is no such file" in refused(tmp_path / "nowhere")
    file = tmp_path / "data.mdb"
    for content in (b"", b"x", b"some text\n" * 10, b"some text\n" * 2000, bytes(PAGE * 4), os.urandom(PAGE * 4)):
        file.write_bytes(content)
        assert str(file) in refused(tmp_path)
        assert "fetch it again" in refused(tmp_path)
    file.unlink()
    file.mkdir()
    assert "not a regular file" in refused(tmp_path)
    file.rmdir()
    os.mkfifo(file)
    assert "not a regular file" in refused(tmp_path)


def test_a_database_without_entries_is_refused(tmp_path: Path) -> None:
    assert "holds no pictures" in refused(write(tmp_path, []))


def test_without_the_package_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, [(b"1", PICTURES[0])])
    monkeypatch.setitem(sys.modules, "lmdb", None)
    assert refused(folder) == "data=lsun needs the lmdb package; pip install 'gan-runner[lmdb]'"


def claim(folder: Path, entries: int) -> None:
    content = bytearray((folder / "data.mdb").read_bytes())
    for meta in (0, PAGE):
        assert struct.unpack_from("<I", content, meta + 16) == (0xBEEFC0DE,)
        struct.pack_into("<Q", content, meta + ENTRIES, entries)
    (folder / "data.mdb").write_bytes(content)


@pytest.mark.parametrize("claimed", [39, 41, 200, 700])
def test_a_count_that_lies_is_found_out(tmp_path: Path, claimed: int) -> None:
    folder = write(tmp_path, zip(keys(40), PICTURES, strict=False))
    claim(folder, claimed)
    database = SceneDatabase(folder)
    with pytest.raises(UsageError, match=f"{claimed} keys"):
        list(walk(database, 8))


def test_a_count_beyond_reason_is_refused_before_anything_is_made_room_for(tmp_path: Path) -> None:
    folder = write(tmp_path, zip(keys(40), PICTURES, strict=False))
    claim(folder, 2**50)
    assert "more than its bytes" in refused(folder)


def test_a_database_that_changes_between_planning_and_reading_is_found_out(tmp_path: Path) -> None:
    folder = write(tmp_path, zip(keys(40), PICTURES, strict=False))
    database = SceneDatabase(folder)
    pieces = database.plan(None, 1)
    (folder / "data.mdb").unlink()
    write(folder, zip(keys(40, seed=1), PICTURES, strict=False))
    with pytest.raises(UsageError, match="lost its key"):
        list(database.read(pieces[0]))
    os.truncate(folder / "data.mdb", PAGE * 5)
    with pytest.raises(UsageError, match="cut off"):
        list(database.read(pieces[0]))


READER = """
import json, os, sys
from gan_runner.data.encoded.scenes import SceneDatabase
from gan_runner.errors import UsageError

folder, reading = sys.argv[1], sys.argv[2] == "read"
path = os.path.join(folder, "data.mdb")
intact = open(path, "rb").read()

def status():
    try:
        database = SceneDatabase(folder)
        after, count = None, 0
        while reading and (pieces := database.plan(after, 2, 16)):
            count += sum(len(list(database.read(piece))) for piece in pieces)
            after = pieces[-1]
        return 0
    except UsageError as error:
        return 2 if "\\n" not in str(error) else 8
    except BaseException:
        return 9

found = []
for damage in json.load(sys.stdin):
    content = bytearray(intact[: damage.get("length", len(intact))])
    if "bit" in damage:
        content[damage["byte"]] ^= 1 << damage["bit"]
    if "hex" in damage:
        content = bytes.fromhex(damage["hex"])
    with open(path, "wb") as file:
        file.write(content)
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the library's assertions
        os._exit(status())
    found.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(json.dumps(found))
"""


def outcomes(folder: Path, damages: list[dict[str, Any]], mode: str) -> list[int]:
    """Return for each damage how a process ends: 0 all read, 2 a UsageError of one line, negative by a signal."""
    done = subprocess.run(
        [sys.executable, "-c", READER, str(folder), mode],
        input=json.dumps(damages), capture_output=True, text=True, cwd=ROOT, check=True, timeout=120,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert len(found) == len(damages)
    return found


@pytest.fixture
def sized(tmp_path: Path) -> Path:
    """A database with small values inside its leaves and large ones on pages of their own, written in four goes."""
    rng = np.random.default_rng(3)
    values = [b"\xff\xd8" + rng.bytes(int(rng.choice([100, 1500, 3000, 9000]))) for _ in range(120)]
    return write(tmp_path / "db", zip(keys(120), values, strict=True), batch=30)


@pytest.mark.fault(24)
def test_a_file_cut_off_anywhere_is_one_sentence_and_never_a_signal(sized: Path) -> None:
    size = (sized / "data.mdb").stat().st_size
    rng = np.random.default_rng(0)
    edges = {edge + by for edge in range(0, size + 1, PAGE) for by in (-1, 0, 1)}
    lengths = sorted({0, 1, 15, 16, 100, 151, 152, size - 1, *edges, *rng.integers(0, size, 40).tolist()})
    lengths = [length for length in lengths if 0 <= length < size]
    rng.shuffle(lengths)
    found = outcomes(sized, [{"length": length} for length in lengths[:250]] + [{}], "read")
    assert found == [2] * (len(found) - 1) + [0]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems end such a process otherwise")
def test_the_library_alone_would_be_killed_by_such_a_file(sized: Path) -> None:
    os.truncate(sized / "data.mdb", 40 * PAGE)
    program = "import lmdb, sys; [*lmdb.open(sys.argv[1], readonly=True, lock=False).begin().cursor()]"
    done = subprocess.run([sys.executable, "-c", program, str(sized)], capture_output=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGBUS


@pytest.mark.fault(24)
def test_no_flipped_bit_of_a_meta_page_ends_a_process(sized: Path) -> None:
    rng = np.random.default_rng(1)
    places = [
        {"byte": int(page * PAGE + byte), "bit": int(bit)}
        for page in (0, 1)
        for byte in range(152)
        for bit in (0, 4, 7)
    ]
    rng.shuffle(places)
    assert set(outcomes(sized, places[:300], "open")) == {0, 2}


@pytest.mark.fault(24)
def test_a_flipped_bit_inside_is_a_sentence_or_a_killed_reader_but_never_a_strange_error(sized: Path) -> None:
    content = (sized / "data.mdb").read_bytes()
    trees = [
        page * PAGE
        for page in range(2, len(content) // PAGE)
        if struct.unpack_from("<QHH", content, page * PAGE)[0::2] in ((page, 1), (page, 2))
    ]
    assert len(trees) > 3
    rng = np.random.default_rng(2)
    places = [{"byte": int(rng.choice(trees) + rng.integers(0, 200)), "bit": int(rng.integers(8))} for _ in range(150)]
    assert set(outcomes(sized, places, "open")) == {0}
    found = set(outcomes(sized, places, "read"))
    assert {0, 2} <= found <= {0, 2, -signal.SIGBUS, -signal.SIGSEGV, -signal.SIGABRT}


@pytest.mark.fuzz
@pytest.mark.fault(24)
@settings(max_examples=3)
@given(data=st.data())
def test_no_damage_ends_the_process_that_opens_or_makes_reading_strange(
    tmp_path_factory: Any, damage: Any, data: st.DataObject
) -> None:
    folder = write(tmp_path_factory.mktemp("db"), zip(keys(40), [b"\xff\xd8" + bytes(900)] * 40, strict=True), batch=20)
    intact = (folder / "data.mdb").read_bytes()
    damages = [{"hex": damage(data, intact).hex()} for _ in range(8)]
    assert set(outcomes(folder, damages, "open")) <= {0, 2}
    (folder / "data.mdb").write_bytes(intact)
    assert set(outcomes(folder, damages, "read")) <= {0, 2, -signal.SIGBUS, -signal.SIGSEGV, -signal.SIGABRT}
