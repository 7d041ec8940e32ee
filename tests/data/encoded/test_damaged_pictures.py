"""Pictures and databases of which anything may have been changed, decoded as the worker processes do."""

import io
import struct
import tracemalloc
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gan_runner.data.encoded.base import Piece
from gan_runner.data.encoded.files import PictureFiles
from gan_runner.data.encoded.gnt import GntFolder
from gan_runner.data.preparing import decoding
from gan_runner.data.preparing.recipe import Recipe

RECIPE = Recipe(8, 3)
FORMATS = (
    *(("PNG", {}), ("PNG", {"interlace": 1}), ("JPEG", {"quality": 60}), ("JPEG", {"progressive": True})),
    *(("WEBP", {"quality": 60}), ("WEBP", {"lossless": True}), ("WEBP", {"save_all": True})),
)


def encoded(kind: str, **settings: Any) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    image = Image.fromarray(noise).resize((40, 30), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112] = 6
    if settings.pop("save_all", False):
        settings |= {"save_all": True, "append_images": [image.rotate(90)]}
    file = io.BytesIO()
    image.save(file, kind, exif=exif, **settings)
    return file.getvalue()


PICTURES = [encoded(kind, **settings) for kind, settings in FORMATS]


@pytest.fixture
def decode(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a function that decodes a whole collection in this process, as a worker would."""
    monkeypatch.setattr("gan_runner.data.processes.begin", lambda: None)
    for name in ("disable", "freeze", "collect"):  # among torch's objects, which no worker has, that takes its time
        monkeypatch.setattr(f"gc.{name}", lambda: None)
    with warnings.catch_warnings():

        def run(collection: Any, recipe: Recipe = RECIPE) -> tuple[np.ndarray, decoding.Decoded]:
            ring = (decoding.ctypes.c_uint8 * (len(collection) * 3 * recipe.size**2))()
            decoding.begin(collection, ring)
            assert decoding.plan(None, 1, len(collection)) == [Piece(0, len(collection))]
            decoded = decoding.decode_piece(Piece(0, len(collection)), recipe, 0)
            return decoding.pixels_at(ring, 0, recipe, len(decoded.labels)), decoded

        yield run


@pytest.mark.fuzz
@pytest.mark.fault(10)
@settings(max_examples=60)
@given(number=st.integers(0, len(PICTURES) - 1), name=st.sampled_from((".png", ".jpg", ".webp")), data=st.data())
def test_no_damage_to_a_picture_harms_its_neighbours(
    tmp_path_factory: Any, decode: Any, damage: Any, number: int, name: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("pictures")
    (folder / f"b{name}").write_bytes(damage(data, PICTURES[number]))
    for place in "ac":
        (folder / f"{place}.png").write_bytes(PICTURES[0])
    pixels, decoded = decode(PictureFiles(str(folder)))
    assert len(pixels) + len(decoded.broken) == 3
    assert np.array_equal(pixels[0], pixels[-1])
    assert all(str(folder / f"b{name}") == one.where and one.reason.isprintable() for one in decoded.broken)
    assert sum(decoded.sizes.values()) == len(pixels)


@pytest.mark.fault(10)
def test_a_cut_an_empty_and_a_text_file_are_broken_pictures_by_name(tmp_path: Path, decode: Any) -> None:
    (tmp_path / "cut.png").write_bytes(PICTURES[0][:-30])
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "text.png").write_text("these are words")
    (tmp_path / "whole.png").write_bytes(PICTURES[0])
    _, decoded = decode(PictureFiles(str(tmp_path)))
    assert [Path(one.where).name for one in decoded.broken] == ["cut.png", "empty.jpg", "text.png"]
    assert decoded.labels.tolist() == [-1]


def test_a_colour_among_grey_pictures_is_named(tmp_path: Path, decode: Any) -> None:
    Image.new("L", (9, 9), 7).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(PICTURES[0])
    _, decoded = decode(PictureFiles(str(tmp_path)), Recipe(8, 1))
    assert decoded.coloured == str(tmp_path / "b.png")
    assert not decoding.all_grey()
    (tmp_path / "b.png").unlink()
    decode(PictureFiles(str(tmp_path)), Recipe(8, 1))
    assert decoding.all_grey()


def test_want_of_memory_is_no_fault_of_a_picture(tmp_path: Path, decode: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def starve(*_: object) -> None:
        raise MemoryError

    (tmp_path / "a.png").write_bytes(PICTURES[0])
    monkeypatch.setattr(decoding, "decode", starve)
    with pytest.raises(MemoryError):
        decode(PictureFiles(str(tmp_path)))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunk(kind: bytes, body: bytes) -> bytes:
    """Return a PNG with one more chunk after its header."""
    return PICTURES[0][:33] + chunk(kind, body) + PICTURES[0][33:]


BOMB = zlib.compress(bytes(2**26))


@pytest.mark.fault(25)
@pytest.mark.parametrize(
    "content",
    [
        with_chunk(b"zTXt", b"a\0\0" + BOMB),
        with_chunk(b"iTXt", b"a\0\1\0\0\0" + BOMB),
        with_chunk(b"iCCP", b"a\0\0" + BOMB),
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 65000, 65000, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", BOMB),
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", BOMB)
        + chunk(b"IEND", b""),
        b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01" + bytes(400),
        b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\xff\xff\x00\xff\xff\x00" + bytes(400),
    ],
    ids=["zTXt", "iTXt", "iCCP", "65000 x 65000 PNG", "IDAT", "65535 x 65535 JPEG", "65536 x 65536 WebP"],
)
def test_a_bomb_takes_no_memory_and_no_neighbour(tmp_path: Path, decode: Any, content: bytes) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (tmp_path / "a.png").write_bytes(content)
    (tmp_path / "b.png").write_bytes(PICTURES[0])
    tracemalloc.start()
    pixels, decoded = decode(PictureFiles(str(tmp_path)))
    assert tracemalloc.get_traced_memory()[1] < 2**23
    tracemalloc.stop()
    assert len(pixels) + len(decoded.broken) == 2
    assert len(pixels) >= 1
    assert (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2**16
    )  # KiB; what is packed there is four times that


@pytest.mark.fuzz
@pytest.mark.fault(22)
@settings(max_examples=60)
@given(data=st.data())
def test_whatever_is_left_of_a_gnt_file_is_decoded(
    tmp_path_factory: Any, decode: Any, damage: Any, refused_at_most: Any, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("gnt")
    record = struct.pack("<I2sHH", 10 + 12, b"\xb0\xa1", 3, 4) + bytes(range(12))
    (folder / "a.gnt").write_bytes(damage(data, 5 * record))
    (folder / "b.gnt").write_bytes(2 * record)
    collection = GntFolder(str(folder))
    with refused_at_most():
        pixels, decoded = decode(collection, Recipe(8, 1))
        assert not decoded.broken
        assert len(pixels) == len(collection) >= 2
        assert np.array_equal(pixels[-1], pixels[-2])
        assert len(collection.broken) <= 1
