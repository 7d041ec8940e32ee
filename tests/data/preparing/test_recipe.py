import io
import tracemalloc
import warnings
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from gan_runner.data.preparing.recipe import FILTERS, Recipe, decode, is_grey

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
ORIENTATION = 0x0112


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def decoded(content: bytes, recipe: Recipe) -> NDArray[np.uint8]:
    return decode(Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")), recipe)


def photograph(width: int = 160, height: int = 120) -> Image.Image:
    """A smooth picture of many colours, the same one every time."""
    noise = np.random.default_rng(0).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)


def thirds(width: int, height: int) -> Image.Image:
    """Red, green and blue bands side by side."""
    image = Image.new("RGB", (width, height), GREEN)
    image.paste(RED, (0, 0, width // 3, height))
    image.paste(BLUE, (width - width // 3, 0, width, height))
    return image


def plain(pixels: NDArray[np.uint8], colour: tuple[int, ...]) -> bool:
    return bool((pixels == np.array(colour, np.uint8)[:, None, None]).all())


# geometry


def test_crop_keeps_the_middle_square() -> None:
    pixels = decode(thirds(300, 100), Recipe(10, 3, "crop", "box"))
    assert pixels.shape == (3, 10, 10)
    assert pixels.dtype == np.uint8
    assert plain(pixels, GREEN)
    upright = decode(thirds(300, 100).transpose(Image.Transpose.ROTATE_90), Recipe(10, 3, "crop", "box"))
    assert plain(upright, GREEN)
    # wider filters let in a trace of what lies beyond the edge, as if the whole had been resized and then cut
    assert plain(decode(thirds(300, 100), Recipe(10, 3, "crop", "bicubic"))[:, :, 1:-1], GREEN)


def test_stretch_keeps_every_part_and_loses_the_aspect() -> None:
    pixels = decode(thirds(300, 100), Recipe(12, 3, "stretch", "box"))
    assert [plain(pixels[:, :, 4 * k : 4 * k + 4], colour) for k, colour in enumerate((RED, GREEN, BLUE))] == [True] * 3


def test_pad_keeps_everything_between_white_bars() -> None:
    pixels = decode(thirds(300, 100), Recipe(12, 3, "pad", "box"))
    assert plain(pixels[:, :4], (255, 255, 255))
    assert plain(pixels[:, 8:], (255, 255, 255))
    bands = [pixels[:, 4:8, 4 * k : 4 * k + 4] for k in range(3)]
    assert [plain(band, colour) for band, colour in zip(bands, (RED, GREEN, BLUE), strict=True)] == [True] * 3


@pytest.mark.parametrize("resample", FILTERS)
def test_a_picture_of_the_size_wanted_is_left_as_it_is(resample: Any) -> None:
    image = photograph(32, 32)
    assert np.array_equal(decode(image, Recipe(32, 3, resample=resample)), np.asarray(image).transpose(2, 0, 1))


def test_shrinking_by_the_box_filter_is_the_mean_of_each_box() -> None:
    image = np.random.default_rng(1).integers(0, 256, (40, 60), dtype=np.uint8)
    expected = image[:, 10:50].reshape(8, 5, 8, 5).mean(axis=(1, 3))
    pixels = decode(Image.fromarray(image), Recipe(8, 1, "crop", "box"))
    assert np.abs(pixels[0] - expected).max() < 1  # it rounds once per direction


def test_shrinking_does_not_alias() -> None:
    stripes = np.zeros((256, 256), np.uint8)
    stripes[:, ::2] = 255
    for resample in ("bicubic", "bilinear", "lanczos", "box"):
        pixels = decode(Image.fromarray(stripes), Recipe(32, 1, resample=resample))  # type: ignore[arg-type]
        assert np.abs(pixels.astype(int) - 127).max() <= 8


@given(width=st.integers(1, 400), height=st.integers(1, 400), size=st.integers(1, 64), data=st.data())
@settings(max_examples=60, deadline=None)
def test_every_shape_of_picture_fills_the_square(width: int, height: int, size: int, data: st.DataObject) -> None:
    fit = data.draw(st.sampled_from(("crop", "stretch", "pad")))
    kind = data.draw(st.sampled_from(("PNG", "JPEG", "WEBP")))
    pixels = decoded(encoded(Image.new("RGB", (width, height), (90, 90, 90)), kind), Recipe(size, 3, fit))
    assert pixels.shape == (3, size, size)
    inside = np.abs(pixels.astype(int) - 90) <= 3
    assert inside.all() if fit != "pad" else (inside | (pixels == 255)).all()
    assert inside.any()


@pytest.mark.parametrize("fit", ["crop", "stretch", "pad"])
@pytest.mark.parametrize("size", [(4000, 3), (3, 4000)])
def test_a_jpeg_as_thin_as_a_thread_is_decoded(fit: Any, size: tuple[int, int]) -> None:
    assert decoded(encoded(Image.new("L", size, 90), "JPEG"), Recipe(64, 1, fit)).min() >= 88


@pytest.mark.parametrize("size", [0, -1, 4097])
def test_senseless_sizes_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="allowed 1 to 4096"):
        Recipe(size)


# kinds of pictures


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_turned_as_its_exif_note_says(kind: str, orientation: int) -> None:
    """What lies at the top left of the upright picture, by the EXIF standard's table: row 0 and column 0 are its ..."""
    upright = np.zeros((64, 64), np.uint8)
    upright[:32, :32], upright[:32, 32:], upright[32:, :32] = 250, 170, 90
    stored = {
        1: upright,  # top, left
        2: upright[:, ::-1],  # top, right
        3: upright[::-1, ::-1],  # bottom, right
        4: upright[::-1],  # bottom, left
        5: upright.T,  # left, top
        6: upright[:, ::-1].T,  # right, top
        7: upright[::-1, ::-1].T,  # right, bottom
        8: upright[::-1].T,  # left, bottom
    }[orientation]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    content = encoded(Image.fromarray(np.ascontiguousarray(stored)), kind, exif=exif)
    pixels = decoded(content, Recipe(4, 1, "crop", "box"))[0].astype(int)
    expected = np.kron([[250, 170], [90, 0]], np.ones((2, 2)))
    assert np.abs(pixels - expected).max() <= 6


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_an_exif_note_that_is_none_leaves_the_picture_as_it_is(kind: str) -> None:
    image = photograph(32, 32)
    noted, bare = (encoded(image, kind, **options) for options in ({"exif": b"Exif\0\0no such thing"}, {}))
    assert np.array_equal(decoded(noted, Recipe(32, 3)), decoded(bare, Recipe(32, 3)))


def test_transparent_parts_become_white_whatever_lies_beneath() -> None:
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([*RED, *BLUE])
    palette.paste(0, (0, 0, 4, 8))
    grey_alpha = Image.merge("LA", (Image.new("L", (8, 8), 40), palette.point([0, 255] + [0] * 254, "L")))
    colour_alpha = Image.merge("RGBA", (*Image.new("RGB", (8, 8), BLUE).split(), grey_alpha.getchannel("A")))
    pixels = decoded(encoded(palette, "PNG", transparency=0), Recipe(8, 3))
    assert plain(pixels[:, :, :4], (255, 255, 255))
    assert plain(pixels[:, :, 4:], BLUE)
    pixels = decoded(encoded(grey_alpha, "PNG"), Recipe(8, 1))
    assert (pixels[0, :, :4] == 255).all()
    assert (pixels[0, :, 4:] == 40).all()
    for kind in ("PNG", "WEBP"):
        pixels = decoded(encoded(colour_alpha, kind, **({"lossless": True} if kind == "WEBP" else {})), Recipe(8, 3))
        assert plain(pixels[:, :, :4], (255, 255, 255))
        assert plain(pixels[:, :, 4:], BLUE)


def test_half_transparent_is_half_white() -> None:
    content = encoded(Image.new("RGBA", (4, 4), (100, 0, 200, 128)), "PNG")
    pixels = decoded(content, Recipe(4, 3))[:, 0, 0].astype(float)
    share = 128 / 255
    expected = np.array([100, 0, 200]) * share + 255 * (1 - share)
    assert np.abs(pixels - expected).max() <= 1


def test_sixteen_bit_grey_keeps_its_upper_eight_bits() -> None:
    deep = np.arange(256, dtype=np.uint16).reshape(16, 16) * 256 + 200
    image = Image.open(io.BytesIO(encoded(Image.fromarray(deep), "PNG")))
    assert is_grey(image)
    assert np.array_equal(decode(image, Recipe(16, 1))[0], np.arange(256).reshape(16, 16))


def test_one_bit_is_black_and_white() -> None:
    board = np.indices((8, 8)).sum(axis=0) % 2 == 1
    image = Image.open(io.BytesIO(encoded(Image.fromarray(board), "PNG")))
    assert image.mode == "1"
    assert is_grey(image)
    assert np.array_equal(decode(image, Recipe(8, 1))[0], board * 255)


def test_cmyk_becomes_the_colour_it_prints() -> None:
    content = encoded(Image.new("CMYK", (32, 32), (0, 255, 255, 0)), "JPEG", quality=95)
    assert np.abs(decoded(content, Recipe(8, 3)).astype(int) - np.array(RED)[:, None, None]).max() <= 4


@pytest.mark.parametrize(("mode", "grey"), [("L", True), ("1", True), ("LA", True), ("RGB", False), ("P", False)])
def test_grey_is_told_from_the_header(mode: str, grey: bool) -> None:
    assert is_grey(Image.open(io.BytesIO(encoded(Image.new(mode, (4, 4)), "PNG")))) is grey


def test_grey_and_colour_are_turned_into_one_another() -> None:
    assert (decode(Image.new("L", (4, 4), 77), Recipe(4, 3)) == 77).all()
    luma = 0.299 * 200 + 0.587 * 100 + 0.114 * 50  # ITU-R BT.601
    assert np.abs(decode(Image.new("RGB", (4, 4), (200, 100, 50)), Recipe(4, 1)) - luma).max() <= 1


@pytest.mark.parametrize("fit", ["crop", "stretch", "pad"])
def test_a_jpeg_decoded_at_a_reduced_size_differs_by_a_few_levels(fit: Any) -> None:
    content = encoded(photograph(1600, 1200), "JPEG", quality=90)
    whole = Image.open(io.BytesIO(content)).convert("RGB")  # its pixels are there, so none can be left out any more
    reduced = Image.open(io.BytesIO(content))
    recipe = Recipe(64, 3, fit)
    near, exact = decode(reduced, recipe).astype(int), decode(whole, recipe).astype(int)
    assert reduced.size[0] < whole.size[0]
    assert np.abs(near - exact).mean() < 1
    assert np.abs(near - exact).max() <= 12


# damage

KINDS = {
    "PNG": {},
    "PNG of 16 bits": {},
    "JPEG": {"quality": 60},
    "JPEG, progressive": {"quality": 60, "progressive": True},
    "JPEG, restarts": {"quality": 60, "restart_marker_rows": 1},
    "WEBP": {"quality": 60},
    "WEBP, lossless": {"lossless": True},
}


def sample(name: str) -> bytes:
    image = photograph(96, 72)
    if "16" in name:
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    return encoded(image, name.split()[0].strip(","), **KINDS[name])


@pytest.mark.fault(10)
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_picture_cut_anywhere_is_refused_or_complete(name: str) -> None:
    content, recipe = sample(name), Recipe(32, 1 if "16" in name else 3)
    complete = decoded(content, recipe)
    step = max(1, len(content) // 300)
    accepted = 0
    for length in {*range(0, len(content), step), *range(len(content) - 40, len(content))}:
        try:
            pixels = decoded(content[:length], recipe)
        except Exception:  # whatever Pillow raises is what the pipeline reports
            continue
        accepted += 1
        assert np.array_equal(pixels, complete), f"{length} of {len(content)} bytes"
    assert accepted <= 40  # those after the last pixel


MAGIC = {
    "PNG": b"\x89PNG\r\n\x1a\n",
    "JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "WEBP": b"RIFF\x00\x01\x00\x00WEBPVP8 ",
}


@pytest.mark.fuzz
@pytest.mark.fault(10)
@given(magic=st.sampled_from([*MAGIC.values(), b""]), rest=st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_random_bytes_are_refused(magic: bytes, rest: bytes) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011  # of any kind: see above
        decoded(magic + rest, Recipe(8, 3))


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    sides = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return MAGIC["PNG"] + chunk(b"IHDR", sides + b"\x08\x02\x00\x00\x00") + chunk(b"IDAT", zlib.compress(b"\0" * 99))


@pytest.mark.fault(25)
@pytest.mark.parametrize("side", [12_000, 65_000])
def test_a_header_that_announces_a_giant_is_refused_before_memory_is_taken(side: int) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)  # as in the processes that decode
        with pytest.raises((Image.DecompressionBombWarning, Image.DecompressionBombError), match="exceeds limit"):
            decoded(png_header(side, side), Recipe(64, 3))
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2**15  # KiB: pixels would take 0.4 to 12 GiB
