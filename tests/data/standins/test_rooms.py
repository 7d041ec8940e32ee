import hashlib
import io
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gan_runner.data.standins.rooms import PAINTERS, Lot, draw, draw_lot
from gan_runner.data.standins.scenery.view import View

ROOT = Path(__file__).parents[3]


def thumbnail(image: Image.Image) -> np.ndarray:
    return np.asarray(image.resize((16, 12), Image.Resampling.BOX), np.float64)


@pytest.mark.parametrize("scene", PAINTERS)
def test_every_scene_is_a_full_picture_of_the_sizes_of_lsun_and_no_two_are_alike(scene: str) -> None:
    pictures = [draw(scene, 0, number) for number in range(12)]
    for picture in pictures:
        assert picture.mode == "RGB"
        assert min(picture.size) == 256
        assert max(picture.size) <= 384
        assert np.asarray(picture.convert("L")).std() > 12
    thumbnails = [thumbnail(picture) for picture in pictures]
    assert min(np.abs(one - other).mean() for one, other in combinations(thumbnails, 2)) > 8


def test_scenes_can_be_told_apart_by_their_average() -> None:
    means = {
        scene: np.mean([thumbnail(draw(scene, 1, number)) for number in range(15)], axis=0)
        for scene in ("bedroom", "kitchen", "tower", "bridge")
    }
    assert min(np.abs(means[one] - means[other]).mean() for one, other in combinations(means, 2)) > 10


@given(seed=st.integers(0, 2**63), number=st.integers(0, 10**7), scene=st.sampled_from(sorted(PAINTERS)))
@settings(max_examples=15, deadline=None)
def test_a_picture_depends_on_scene_seed_and_number_alone(seed: int, number: int, scene: str) -> None:
    (_, ((key, value),)) = draw_lot(Lot(scene, seed, number, number + 1))
    _, others = draw_lot(Lot(scene, seed, max(0, number - 1), number + 2))
    assert (key, value) in others
    assert len({picture for _, picture in others}) == len(others)
    assert draw_lot(Lot(scene, seed + 1, number, number + 1))[1][0] != (key, value)
    assert key == hashlib.sha1(f"{seed}/{scene}/{number}".encode()).hexdigest().encode()


def test_files_are_webp_and_compress_like_photographs() -> None:
    _, pictures = draw_lot(Lot("bedroom", 0, 0, 20))
    sizes = [len(value) for _, value in pictures]
    assert 8_000 < np.mean(sizes) < 20_000
    assert max(sizes) < 40_000
    for (_, value), number in zip(pictures, range(20), strict=True):
        image = Image.open(io.BytesIO(value))
        assert image.format == "WEBP"
        assert np.abs(np.asarray(image, np.float64) - np.asarray(draw("bedroom", 0, number), np.float64)).mean() < 4


def test_drawing_needs_no_torch() -> None:
    program = "import sys, gan_runner.data.standins.scene_folder; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_a_point_is_projected_as_a_pinhole_camera_does() -> None:
    view = View((300, 200), eye=(1.0, 2.0, -1.0), yaw=0.0, pitch=0.0, field=0.8)
    x, y, scale = view.spot((2.0, 1.0, 3.0))
    assert scale == pytest.approx(0.8 * 400 / 4)  # painted at twice the size
    assert (x, y) == (pytest.approx(300 + scale), pytest.approx(200 + scale))
    turned = View((300, 200), eye=(0, 0, 0), yaw=0.3, pitch=0.2, field=1.0)
    ahead = (np.cos(0.2) * np.sin(0.3), np.sin(0.2), np.cos(0.2) * np.cos(0.3))
    assert turned.spot(ahead) == pytest.approx((300, 200, 400))


def test_a_floor_that_reaches_behind_the_camera_is_cut_off_and_fills_what_is_below_the_horizon() -> None:
    view = View((100, 80), eye=(0, 1, 0), yaw=0, pitch=0, field=1.0)
    view.patch([(-1e4, 0, -5), (1e4, 0, -5), (1e4, 0, 1e5), (-1e4, 0, 1e5)], (255, 255, 255))
    pixels = np.asarray(view.image)[:, :, 0]
    assert (pixels[83:] == 255).all()
    assert (pixels[:78] == 0).all()


@pytest.mark.parametrize(("eye", "faces"), [((0, 0, -5), 1), ((3, 0, -5), 2), ((3, 3, -5), 3), ((-3, -3, -5), 3)])
def test_of_a_box_the_faces_that_can_be_seen_are_painted_with_a_shade_each(eye, faces: int) -> None:
    yaw = -np.arctan2(eye[0], 5)
    view = View((120, 120), eye, yaw, -np.arctan2(eye[1], np.hypot(5, eye[0])), 1.5, light=(0.9, 0.8, -0.3))
    view.box((-1, -1, -1), (1, 1, 1), (100, 100, 100))
    assert len(np.unique(np.asarray(view.image)[:, :, 0])) == faces + 1
