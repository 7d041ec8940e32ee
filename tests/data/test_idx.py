import gzip
import os
import struct
import tracemalloc
import zlib
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_runner.data.idx import MAX_BYTES, read_idx_images, read_idx_labels, read_idx_pair
from gan_runner.errors import UsageError


def images_file(
    count: int = 3, rows: int = 2, columns: int = 4, magic: int = 0x803, body: bytes | None = None
) -> bytes:
    values = bytes(range(count * rows * columns)) if body is None else body
    return struct.pack(">IIII", magic, count, rows, columns) + values


def labels_file(labels: bytes = b"\x05\x00\xff") -> bytes:
    return struct.pack(">II", 0x801, len(labels)) + labels


def refusal(path: Path, content: bytes, read=read_idx_images) -> str:
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["raw", "gzip"])
def test_images_and_labels_are_read(tmp_path: Path, pack) -> None:
    (tmp_path / "i").write_bytes(pack(images_file()))
    (tmp_path / "l").write_bytes(pack(labels_file()))
    images, labels = read_idx_pair(tmp_path / "i", tmp_path / "l")
    assert images.dtype == torch.uint8
    assert labels.dtype == torch.int64
    assert images.tolist()[0] == [[[0, 1, 2, 3], [4, 5, 6, 7]]]
    assert images.shape == (3, 1, 2, 4)
    assert labels.tolist() == [5, 0, 255]


def test_gzip_of_several_members_is_one_file(tmp_path: Path) -> None:
    content = images_file()
    (tmp_path / "i").write_bytes(gzip.compress(content[:20]) + gzip.compress(content[20:]))
    assert read_idx_images(tmp_path / "i").flatten().tolist() == list(range(24))


def test_what_is_not_a_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_idx_images(tmp_path / "missing")
    with pytest.raises(UsageError, match="not a regular file"):
        read_idx_images(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="not a regular file"):
        read_idx_images(tmp_path / "pipe")
    with pytest.raises(UsageError, match="cannot be read"):
        read_idx_images(tmp_path / ("x" * 5000))


def test_an_unreadable_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "i"
    path.write_bytes(images_file())
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UsageError, match="Permission denied"):
        read_idx_images(path)


@pytest.mark.fault(23)
def test_wrong_magic_says_what_was_found_and_expected(tmp_path: Path) -> None:
    message = refusal(tmp_path / "i", labels_file(bytes(30)))
    assert "0x00000801" in message
    assert "0x00000803" in message
    assert "labels" in refusal(tmp_path / "i", images_file(), read=read_idx_labels)
    assert "0x00000d03" in refusal(tmp_path / "i", images_file(magic=0xD03))


@pytest.mark.fault(23)
def test_sizes_that_do_not_fit_the_bytes_are_said(tmp_path: Path) -> None:
    assert "ends after 23" in refusal(tmp_path / "i", images_file()[:-1])
    assert "more follow" in refusal(tmp_path / "i", images_file() + b"x")
    assert "24 bytes announced from byte 16" in refusal(tmp_path / "i", images_file()[:-1])
    assert "ends at byte 0" in refusal(tmp_path / "i", b"")


@pytest.mark.parametrize("sizes", [(0, 2, 2), (2, 0, 2), (2, 2, 0)])
def test_no_values_at_all_is_said(tmp_path: Path, sizes: tuple[int, int, int]) -> None:
    assert "nothing to train on" in refusal(tmp_path / "i", images_file(*sizes))


@pytest.mark.fault(23)
def test_counts_that_differ_are_said(tmp_path: Path) -> None:
    (tmp_path / "i").write_bytes(images_file())
    (tmp_path / "l").write_bytes(labels_file(b"\x00\x01"))
    with pytest.raises(UsageError, match=r"3 images but .* 2 labels"):
        read_idx_pair(tmp_path / "i", tmp_path / "l")


@pytest.mark.fault(23)
def test_damaged_gzip_is_said(tmp_path: Path) -> None:
    packed = gzip.compress(images_file(), mtime=0)
    assert "cannot be read" in refusal(tmp_path / "i", packed[:-8] + bytes(8))  # CRC and length
    assert "cannot be read" in refusal(tmp_path / "i", packed[:10] + b"\xff" * 30)  # deflate stream
    assert "cannot be read" in refusal(tmp_path / "i", packed + b"garbage")


@pytest.mark.fault(26)
def test_memory_follows_neither_a_claim_nor_a_bomb(tmp_path: Path) -> None:
    claim = struct.pack(">IIII", 0x803, MAX_BYTES // 1024, 32, 32)
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = bomb.compress(images_file())
    packed += b"".join(bomb.compress(bytes(2**20)) for _ in range(200)) + bomb.flush()
    tracemalloc.start()
    assert "ends after 5" in refusal(tmp_path / "i", claim + b"12345")
    assert "ends after 5" in refusal(tmp_path / "i", gzip.compress(claim + b"12345"))
    assert "more follow" in refusal(tmp_path / "i", packed)
    assert "at most" in refusal(tmp_path / "i", struct.pack(">IIII", 0x803, 2**32 - 1, 2**32 - 1, 2**32 - 1))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 2**20


INTACT = images_file()
PACKED = gzip.compress(INTACT, mtime=0)
SIZE = st.one_of(st.integers(0, 9), st.integers(0, 2**32 - 1))


@pytest.mark.fuzz
@pytest.mark.fault(23)
@settings(deadline=None, max_examples=300)
@given(st.data())
def test_every_truncation_is_a_usage_error(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = data.draw(st.sampled_from([INTACT, PACKED]))
    keep = data.draw(st.integers(0, len(content) - 1))
    refusal(tmp_path_factory.getbasetemp() / "truncated", content[:keep])


@pytest.mark.fuzz
@pytest.mark.fault(23)
@settings(deadline=None, max_examples=300)
@given(
    magic=st.one_of(st.just(0x803), st.integers(0, 2**32 - 1)), sizes=st.tuples(SIZE, SIZE, SIZE), packed=st.booleans()
)
def test_a_lying_header_is_a_usage_error(
    tmp_path_factory: pytest.TempPathFactory, magic: int, sizes: tuple[int, int, int], packed: bool
) -> None:
    content = images_file(*sizes, magic=magic, body=bytes(24))
    path = tmp_path_factory.getbasetemp() / "lying"
    if magic == 0x803 and sizes[0] * sizes[1] * sizes[2] == 24:
        path.write_bytes(gzip.compress(content) if packed else content)
        assert read_idx_images(path).shape == (sizes[0], 1, sizes[1], sizes[2])
    else:
        refusal(path, gzip.compress(content) if packed else content)


@pytest.mark.fuzz
@pytest.mark.fault(23)
@settings(deadline=None, max_examples=300)
@given(st.one_of(st.binary(max_size=60), st.binary(max_size=60).map(lambda tail: PACKED[:12] + tail)))
def test_arbitrary_bytes_are_a_usage_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    refusal(tmp_path_factory.getbasetemp() / "arbitrary", content)


@pytest.mark.fuzz
@pytest.mark.fault(23)
@settings(max_examples=60)
@given(packed=st.booleans(), data=st.data())
def test_damaged_pairs_are_read_as_their_headers_say_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, damage, refused_at_most, packed: bool, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("pair")
    pack = gzip.compress if packed else bytes
    paths = folder / "images", folder / "labels"
    for path, content in zip(paths, (images_file(), labels_file()), strict=True):
        path.write_bytes(damage(data, pack(content)))
    with refused_at_most():
        images, labels = read_idx_pair(*paths)
        assert len(images) == len(labels)
        contents = [path.read_bytes() for path in paths]
        contents = [gzip.decompress(one) if one[:2] == b"\x1f\x8b" else one for one in contents]
        assert struct.unpack(">3I", contents[0][4:16]) == (len(images), *images.shape[2:])
        assert images.numpy().tobytes() == contents[0][16:]
        assert labels.tolist() == list(contents[1][8:])
