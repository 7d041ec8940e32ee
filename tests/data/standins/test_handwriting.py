import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gan_runner.data.standins import hanzi
from gan_runner.data.standins.handwriting import STEPS, _coverage, _smoother, draw
from gan_runner.data.standins.writers import Writer, writer

LEVEL_1 = hanzi.characters()
PLAIN = Writer(
    height=80,
    aspect=1,
    shear=0,
    tilt=0,
    pen=0.04,
    ink=40,
    smoothing=0.3,
    taper=0,
    joining=0,
    reach=(1, 1),
    bow=0,
    balance=(0, 0),
    unrest=0,
    warp=0,
    grain=0,
)


def glyph(character: str, number: int, sample: int = 0) -> np.ndarray:
    return draw(hanzi.strokes(character), writer(0, number), np.random.default_rng(sample))


def small(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).resize((28, 28), Image.Resampling.BOX), np.float64)


def test_the_strokes_are_of_level_1_in_code_order_and_known_ones_are_counted_right() -> None:
    codes = [name.encode("gb2312") for name in LEVEL_1]
    assert len(set(codes)) == 3755
    assert codes == sorted(codes)
    assert (codes[0], codes[-1]) == (b"\xb0\xa1", b"\xd7\xf9")
    known = {"一": 1, "二": 2, "三": 3, "十": 2, "永": 5, "国": 8, "我": 7, "赢": 17, "水": 4}
    assert {name: len(hanzi.strokes(name)) for name in known} == known
    with pytest.raises(KeyError):
        hanzi.strokes("A")


def test_strokes_lie_in_the_square_and_go_as_they_are_written() -> None:
    for character in LEVEL_1[::50]:
        points = np.concatenate(hanzi.strokes(character))
        assert points.min() >= 0
        assert points.max() <= 1
    across, down = hanzi.strokes("十")
    assert across[-1, 0] - across[0, 0] > 0.4  # left to right
    assert down[-1, 1] - down[0, 1] > 0.4  # top to bottom


@given(count=st.integers(1, 3755))
@settings(max_examples=30, deadline=None)
def test_characters_are_spread_evenly(count: int) -> None:
    at = np.array([LEVEL_1.index(name) for name in hanzi.characters(count)])
    assert len(at) == count
    assert at[0] == 0
    assert np.all(np.abs(np.diff(at) - 3755 / count) < 1)


@given(number=st.integers(0, 10_000), sample=st.integers(0, 2**32), character=st.sampled_from(LEVEL_1))
@settings(max_examples=60, deadline=None)
def test_any_writer_and_character_give_a_tight_picture_of_ink_on_white(
    number: int, sample: int, character: str
) -> None:
    pixels = glyph(character, number, sample)
    ink = pixels < 255
    assert pixels.dtype == np.uint8
    assert all(edge.any() for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1]))
    assert max(pixels.shape) < 250
    assert ink.mean() > 0.02
    assert pixels.min() < 150


def test_the_same_seed_draws_the_same_and_each_sample_is_another() -> None:
    assert writer(3, 5) == writer(3, 5)
    assert len({writer(seed, number) for seed in range(5) for number in range(5)}) == 25
    assert np.array_equal(glyph("永", 1, 7), glyph("永", 1, 7))
    assert len({glyph("永", 1, sample).tobytes() for sample in range(20)}) == 20


def test_samples_of_one_writer_are_more_alike_than_those_of_several() -> None:
    def spread(pictures: list[np.ndarray]) -> float:
        return float(np.stack([small(one) for one in pictures]).std(axis=0).mean())

    same = np.mean([spread([glyph("家", number, at) for at in range(8)]) for number in range(8)])
    others = spread([glyph("家", number, 0) for number in range(40)])
    assert same < 0.8 * others


def test_a_sample_is_most_like_the_mean_of_its_own_character() -> None:
    def standard(pixels: np.ndarray) -> np.ndarray:
        coarse = pixels.reshape(14, 2, 14, 2).mean(axis=(1, 3))
        return (coarse - coarse.mean()) / coarse.std()

    names = hanzi.characters(15)
    means = [standard(np.mean([small(glyph(name, number, 1)) for number in range(15)], axis=0)) for name in names]
    hits = [
        max(range(15), key=lambda other: (means[other] * standard(small(glyph(name, number, 2)))).mean()) == at
        for at, name in enumerate(names)
        for number in range(100, 104)
    ]
    assert np.mean(hits) > 0.7


def test_a_plain_style_draws_a_bar_of_the_width_of_its_pen() -> None:
    bar = np.array([[0.1, 0.5], [0.9, 0.5]])
    pixels = np.concatenate([draw([bar], PLAIN, np.random.default_rng(sample)).ravel() for sample in range(30)])
    sizes = np.array([draw([bar], PLAIN, np.random.default_rng(sample)).shape for sample in range(30)])
    assert 0.8 * 80 <= np.median(sizes[:, 1]) <= 0.84 * 80 + 6  # its length, round ends and the bow of a free hand
    inked = np.sum(255 - pixels.astype(np.float64)) / (255 - 40) / 30
    assert inked == pytest.approx(0.8 * 80 * 0.04 * 80, rel=0.25)


def test_a_tilt_lifts_the_right_end_and_a_shear_leans_the_top_right() -> None:
    bar, post = np.array([[0.1, 0.5], [0.9, 0.5]]), np.array([[0.5, 0.1], [0.5, 0.9]])
    style = {**PLAIN.__dict__}
    tilted = draw([bar], Writer(**style | {"tilt": 0.3}), np.random.default_rng(0)) < 255
    leaning = draw([post], Writer(**style | {"shear": 0.3}), np.random.default_rng(0)) < 255
    left, right = (np.flatnonzero(tilted[:, at].any(axis=1)).mean() for at in (slice(8), slice(-8, None)))
    top, bottom = (np.flatnonzero(leaning[at].any(axis=0)).mean() for at in (slice(8), slice(-8, None)))
    assert right < left - 10
    assert top > bottom + 10


@given(sigma=st.floats(0.3, 2.4), slope=st.floats(-5, 5), offset=st.floats(-5, 5))
@settings(max_examples=40, deadline=None)
def test_rounding_leaves_straight_lines_and_all_ends_where_they_are(sigma: float, slope: float, offset: float) -> None:
    line = offset + slope * np.linspace(0, 1, STEPS)
    zigzag = np.where(np.arange(STEPS) % 2, 1.0, -1.0)
    assert np.allclose(_smoother(sigma) @ line, line)
    rounded = _smoother(sigma) @ zigzag
    assert np.allclose(rounded[[0, -1]], zigzag[[0, -1]])
    assert np.abs(np.diff(rounded))[4:-4].max() < 2


@pytest.mark.parametrize("radius", [4, 7, 12])
@pytest.mark.parametrize("angle", np.linspace(0.1, 3.1, 12).round(2))
def test_what_is_within_the_pens_radius_is_inked_and_nothing_else_however_sharp_the_hook(
    radius: float, angle: float
) -> None:
    corners = np.array([[50.0, 60], [250, 60], [250 - 160 * np.cos(angle), 60 + 160 * np.sin(angle)]])
    path = np.concatenate([np.linspace(*corners[:2], 12, endpoint=False), np.linspace(*corners[1:], 12)])
    inked = _coverage(path[None], np.full((1, STEPS), float(radius)))
    low = path.min(axis=0) - (radius + 4)  # the margin that the picture has
    at = np.stack(np.meshgrid(np.arange(inked.shape[1]), np.arange(inked.shape[0])), axis=-1) * 4 + 1.5 + low
    distance = np.full(inked.shape, np.inf)
    for start, stop in pairwise(path):
        way = stop - start
        share = np.clip((at - start) @ way / (way @ way), 0, 1)
        distance = np.minimum(distance, np.hypot(*np.moveaxis(at - start - share[..., None] * way, -1, 0)))
    assert inked[distance < radius - 3].min() > 127
    assert inked[distance > radius + 3].max() < 128


def test_the_modules_that_draw_do_not_import_torch() -> None:
    program = (
        "import sys, gan_runner.data.standins.gnt_writer, gan_runner.data.encoded.gnt; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
