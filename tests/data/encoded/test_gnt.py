import os
import pickle
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gan_runner.data.encoded.base import Broken, Piece
from gan_runner.data.encoded.gnt import GntFolder
from gan_runner.data.encoded.gnt_record import CODES, LEVEL_1, gb_code
from gan_runner.errors import UsageError

RARE, SYMBOL, NO_CODE = "丐".encode("gb2312"), b"A\x00", b"\xff\x17"
LEVEL_1_BY_HAND = [  # rows 16..55 of the standard, of which the last ends at cell 89
    bytes([0xA0 + row, 0xA0 + cell]).decode("gb2312")
    for row in range(16, 56)
    for cell in range(1, 95)
    if (row, cell) <= (55, 89)
]


def record(character: str | bytes, pixels: np.ndarray) -> bytes:
    code = character if isinstance(character, bytes) else character.encode("gb2312")
    height, width = pixels.shape
    return struct.pack("<I", 10 + height * width) + code + struct.pack("<HH", width, height) + pixels.tobytes()


def flat(width: int, height: int, ink: int = 7) -> np.ndarray:
    return np.full((height, width), ink, np.uint8)


def contents(folder: GntFolder) -> list[tuple[str, bytes, tuple[int, int]]]:
    found = []
    for piece in folder.plan(None, 1000):
        for one in folder.read(piece):
            image = one.open()
            assert image.mode == "L"
            found.append((folder.classes[one.label], image.tobytes(), image.size))
    return found


def refusal(*arguments, **settings) -> str:
    with pytest.raises(UsageError) as caught:
        len(GntFolder(*arguments, **settings))
    assert "\n" not in str(caught.value)
    return str(caught.value)


bitmaps = st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32)).map(
    lambda it: np.random.default_rng(it[2]).integers(0, 256, it[:2], np.uint8)
)
samples = st.lists(st.tuples(st.sampled_from([*LEVEL_1_BY_HAND, RARE, SYMBOL, NO_CODE]), bitmaps), max_size=8)


def test_level_1_is_what_the_standard_says() -> None:
    assert len(LEVEL_1) == len(CODES) == len(set(LEVEL_1)) == 3755
    assert list(LEVEL_1) == LEVEL_1_BY_HAND
    assert gb_code("啊") == "B0A1"
    assert gb_code(LEVEL_1[-1]) == "D7F9"


@given(files=st.lists(samples, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_what_was_written_is_read_in_order_without_symbols_and_rare_characters(files, tmp_path_factory) -> None:
    root = tmp_path_factory.mktemp("gnt")
    expected = []
    for number, records in enumerate(files):
        start = record(SYMBOL, flat(2, 3))  # so that no file is empty
        (root / f"{number}.gnt").write_bytes(start + b"".join(record(*one) for one in records))
        expected += [(name, p.tobytes(), p.shape[::-1]) for name, p in records if isinstance(name, str)]
    if not expected:
        assert "0 characters of GB 2312 level 1" in refusal(str(root))
        return
    folder = GntFolder(str(root))
    assert contents(folder) == expected
    assert len(folder) == len(expected)
    assert folder.broken == ()
    assert list(folder.classes) == sorted({name for name, *_ in expected}, key=lambda name: name.encode("gb2312"))


def test_records_of_no_wanted_character_are_counted_known_codes_apart_from_none(tmp_path: Path) -> None:
    codes = ["啊", "啊", RARE, RARE, SYMBOL, b"\xa1\xa2", NO_CODE]
    (tmp_path / "1.gnt").write_bytes(b"".join(record(code, flat(2, 2)) for code in codes))
    assert GntFolder(str(tmp_path)).notes == (
        "passes over 4 records of symbols and characters outside level 1",
        "passes over 1 records whose code is none of GB 2312",
    )
    (tmp_path / "1.gnt").write_bytes(record("啊", flat(2, 2)))
    assert GntFolder(str(tmp_path)).notes == ()


def test_pieces_cover_every_record_once_across_files(tmp_path: Path) -> None:
    for number, count in enumerate((3, 6, 1)):
        pixels = [flat(2, 2, 10 * number + at) for at in range(count)]
        (tmp_path / f"{number}.gnt").write_bytes(b"".join(record("啊", one) for one in pixels))
    folder = GntFolder(str(tmp_path))
    pieces = folder.plan(None, 100, 4)
    assert pieces == [Piece(0, 4), Piece(4, 4), Piece(8, 2)]
    assert folder.plan(pieces[0], 1, 4) == pieces[1:2]
    assert folder.plan(Piece(0, 7), 1, 2) == [Piece(7, 2)]  # whatever the size of those before
    assert [pixels[0] for _, pixels, _ in contents(folder)] == [0, 1, 2, 10, 11, 12, 13, 14, 15, 20]


def test_records_may_be_opened_after_the_piece_was_read_and_files_are_closed(tmp_path: Path) -> None:
    (tmp_path / "a.gnt").write_bytes(record("啊", flat(2, 3, 1)) + record("阿", flat(3, 2, 2)))
    folder = GntFolder(str(tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
        records = list(folder.read(Piece(0, 2)))
        assert [one.open().size for one in records] == [(2, 3), (3, 2)]
        assert [one.where for one in records] == [f"{tmp_path}/a.gnt at byte {at}" for at in (0, 16)]
        del records
        assert before == (len(os.listdir("/proc/self/fd")) if before else 0)


@pytest.mark.fault(22)
def test_a_file_cut_short_at_any_byte_keeps_what_is_whole_and_tells_the_rest(tmp_path: Path) -> None:
    first, second = record("啊", flat(3, 2)), record("阿", flat(2, 2))
    whole = first + second
    (tmp_path / "good.gnt").write_bytes(record("埃", flat(2, 3)))
    for end in range(len(whole)):
        (tmp_path / "cut.gnt").write_bytes(whole[:end])
        folder = GntFolder(str(tmp_path))
        assert [name for name, *_ in contents(folder)] == (["啊"] if end >= len(first) else []) + ["埃"]
        if end == len(first):
            assert folder.broken == ()
            continue
        (broken,) = folder.broken
        assert broken.where == f"{tmp_path}/cut.gnt at byte {len(first) if end > len(first) else 0}"
        assert broken.count == 1
        left = end - len(first) if end > len(first) else end
        assert broken.reason.startswith(f"{left} bytes are left" if left < 10 else "a record of")
        assert ("cut short" in broken.reason) == (left >= 10)


@pytest.mark.fault(22)
@pytest.mark.parametrize(
    ("header", "said"),
    [
        (struct.pack("<I2sHH", 15, b"\xb0\xa1", 2, 2), "15 bytes for 2 x 2"),
        (struct.pack("<I2sHH", 13, b"\xb0\xa1", 2, 2), "13 bytes for 2 x 2"),
        (struct.pack("<I2sHH", 10, b"\xb0\xa1", 0, 2), "10 bytes for 0 x 2"),
        (struct.pack("<I2sHH", 10, b"\xb0\xa1", 2, 0), "10 bytes for 2 x 0"),
        (struct.pack("<I2sHH", 10 + 65535 * 2, b"\xb0\xa1", 65535, 2), "for 65535 x 2 pixels"),
        (struct.pack("<I2sHH", 10 + 1025 * 2, b"\xb0\xa1", 2, 1025), "for 2 x 1025 pixels"),
        (struct.pack("<I2sHH", 0, b"\xb0\xa1", 65535, 65535), "a record of 0 bytes"),
        (b"A text file.", "damaged, or no .gnt file"),
    ],
)
def test_a_lying_record_ends_its_file_and_is_told_with_its_place(tmp_path: Path, header: bytes, said: str) -> None:
    start = record("啊", flat(3, 2)) + record(SYMBOL, flat(4, 4))
    (tmp_path / "lies.gnt").write_bytes(start + header + bytes(200_000))
    folder = GntFolder(str(tmp_path))
    assert [name for name, *_ in contents(folder)] == ["啊"]
    (broken,) = folder.broken
    assert broken.where == f"{tmp_path}/lies.gnt at byte {len(start)}"
    assert said in broken.reason
    assert broken.count == round((len(header) + 200_000) / len(start))


@pytest.mark.fuzz
@pytest.mark.fault(22)
@given(noise=st.binary(max_size=60), at=st.integers(0, 60))
@settings(max_examples=150, deadline=None)
def test_any_bytes_end_one_file_at_most_and_are_told_in_one_line(noise: bytes, at: int, tmp_path_factory) -> None:
    root = tmp_path_factory.mktemp("noise")
    good = record("啊", flat(5, 4)) + record("阿", flat(5, 4))
    (root / "x.gnt").write_bytes(good[:at] + noise + good[at + len(noise) :])
    (root / "y.gnt").write_bytes(record("埃", flat(2, 2)))
    folder = GntFolder(str(root))
    assert len(folder) == len(contents(folder)) >= 1
    for one in folder.broken:
        assert one.where.startswith(f"{root}/x.gnt at byte ")
        assert "\n" not in one.reason
        assert 1 <= one.count <= 10


def test_the_estimate_of_what_is_lost_counts_wanted_pictures_only(tmp_path: Path) -> None:
    one = [record("啊", flat(9, 10)), record("阿", flat(9, 10))]  # 100 bytes each
    (tmp_path / "1.gnt").write_bytes(b"".join(one) * 10)
    (tmp_path / "2.gnt").write_bytes(bytes(3000))
    assert [broken.count for broken in GntFolder(str(tmp_path)).broken] == [30]
    assert [broken.count for broken in GntFolder(str(tmp_path), classes=["阿"]).broken] == [15]


@pytest.mark.parametrize(("left", "lost"), [(0, 20), (50, 20), (450, 16), (1950, 1)])
def test_a_file_cut_short_lacks_what_the_others_have(tmp_path: Path, left: int, lost: int) -> None:
    for name in "123":
        (tmp_path / f"{name}.gnt").write_bytes(record("啊", flat(9, 10)) * 20)
    with (tmp_path / "2.gnt").open("r+b") as file:
        file.truncate(left)
    assert [broken.count for broken in GntFolder(str(tmp_path)).broken] == [lost]


def test_numbers_of_classes_do_not_depend_on_the_order_of_files_and_records(tmp_path: Path) -> None:
    for order in (["座", "啊", "中"], ["中", "座", "啊"]):
        for name, character in zip(("a.gnt", "b.gnt", "c.gnt"), order, strict=True):
            (tmp_path / name).write_bytes(record(character, flat(2, 2)))
        folder = GntFolder(str(tmp_path))
        assert folder.classes == ("啊", "中", "座")
        assert [folder.classes[one.label] for one in folder.read(Piece(0, 3))] == order


def test_classes_are_chosen_by_character_or_code_in_the_order_given_and_limit_keeps_the_first(tmp_path: Path) -> None:
    (tmp_path / "a.gnt").write_bytes(b"".join(record(name, flat(2, 2, ink)) for ink, name in enumerate("啊中座中啊")))
    folder = GntFolder(str(tmp_path), classes=["中", "b0a1"])
    assert folder.classes == ("中", "啊")
    assert [one.label for one in folder.read(Piece(0, 4))] == [1, 0, 0, 1]
    assert [pixels[0] for _, pixels, _ in contents(GntFolder(str(tmp_path), ["中"], limit=1))] == [1]
    assert len(GntFolder(str(tmp_path), limit=3)) == 3
    assert GntFolder(str(tmp_path), limit=3).classes == ("啊", "中", "座")
    assert "data.classes: 国 is not among the 3 classes" in refusal(str(tmp_path), classes=["国"])
    assert "named twice" in refusal(str(tmp_path), classes=["中", "D6D0"])
    with pytest.raises(ValueError, match="limit must be"):
        GntFolder(str(tmp_path), limit=0)


def test_files_are_found_in_any_depth_and_case_and_sorted_folder_by_folder(tmp_path: Path) -> None:
    for ink, name in enumerate(("b/1.GNT", "a.gnt", "b/x.gnt/2.Gnt", ".hidden.gnt", "b/note.txt", "c.gnt.part")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(record("啊", flat(2, 2, ink)))
    assert [pixels[0] for _, pixels, _ in contents(GntFolder(str(tmp_path)))] == [1, 0, 2]


def test_wrong_roots_are_refused_in_one_line(tmp_path: Path) -> None:
    assert "no such folder" in refusal(str(tmp_path / "missing"))
    (tmp_path / "dir.gnt").mkdir()
    os.mkfifo(tmp_path / "pipe.gnt")
    assert "0 .gnt files" in refusal(str(tmp_path))
    (tmp_path / "x.gnt").write_text("Hello, this is text.")
    message = refusal(str(tmp_path))
    assert f"{tmp_path}/x.gnt at byte 0" in message
    assert "it is a file" in refusal(str(tmp_path / "x.gnt"))
    (tmp_path / "x.gnt").write_bytes(b"")
    assert "0 bytes are left" in refusal(str(tmp_path))
    (tmp_path / "x.gnt").write_bytes(record(RARE, flat(2, 2)))
    assert refusal(str(tmp_path)).count("0 characters of GB 2312 level 1 in 1 .gnt files;") == 1


def test_a_file_that_cannot_be_opened_is_one_broken_item(tmp_path: Path) -> None:
    (tmp_path / "a.gnt").write_bytes(record("啊", flat(2, 2)))
    (tmp_path / "b.gnt").symlink_to(tmp_path / "gone")
    (broken,) = GntFolder(str(tmp_path)).broken
    assert broken == Broken(f"{tmp_path}/b.gnt", "No such file or directory", 1)


def test_a_file_cut_short_after_it_was_indexed_breaks_only_its_pictures(tmp_path: Path) -> None:
    (tmp_path / "a.gnt").write_bytes(record("啊", flat(2, 2)) * 2)
    folder = GntFolder(str(tmp_path))
    assert len(folder) == 2
    os.truncate(tmp_path / "a.gnt", 14)
    first, second = folder.read(Piece(0, 2))
    assert first.open().size == (2, 2)
    with pytest.raises(OSError, match="cut short"):
        second.open()


def test_identity_follows_files_and_settings_and_reads_no_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.gnt").write_bytes(record("啊", flat(2, 2)) * 2)
    os.utime(tmp_path / "a.gnt", ns=(5, 5))
    monkeypatch.setattr("builtins.open", lambda *_, **__: pytest.fail("a file was opened"))
    first = GntFolder(str(tmp_path)).identity()
    assert first == GntFolder(str(tmp_path), name="other").identity()
    others = [GntFolder(str(tmp_path), limit=1).identity(), GntFolder(str(tmp_path), classes=["B0A1"]).identity()]
    os.utime(tmp_path / "a.gnt", ns=(5, 6))
    others.append(GntFolder(str(tmp_path)).identity())
    os.truncate(tmp_path / "a.gnt", 14)
    os.utime(tmp_path / "a.gnt", ns=(5, 5))
    others.append(GntFolder(str(tmp_path)).identity())
    (tmp_path / "a.gnt").rename(tmp_path / "b.gnt")
    others.append(GntFolder(str(tmp_path)).identity())
    assert len({str(one) for one in [first, *others]}) == 6


def test_a_pickled_folder_brings_its_index_along_in_few_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.gnt").write_bytes(record("啊", flat(2, 2)) * 5000)
    pickled = pickle.dumps(GntFolder(str(tmp_path)))
    (tmp_path / "a.gnt").unlink()
    assert len(pickle.loads(pickled)) == 5000
    assert len(pickled) < 5000 * 19


def test_paper_is_white(tmp_path: Path) -> None:
    pixels = np.array([[255, 0], [254, 255]], np.uint8)
    (tmp_path / "a.gnt").write_bytes(record("啊", pixels))
    (one,) = GntFolder(str(tmp_path)).read(Piece(0, 1))
    assert isinstance(one.open(), Image.Image)
    assert np.asarray(one.open()).tolist() == pixels.tolist()
