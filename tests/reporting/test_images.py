from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gan_runner.reporting.images import grid, save_png


def test_every_pixel_of_a_small_grid() -> None:
    pictures = torch.tensor([[-1.0, 1.0], [0.0, 0.5], [-3.0, 3.0]]).reshape(3, 1, 1, 2)
    # Black to white is -1 to 1: 0 is 127.5 (rounded to even), 0.5 is 191.25; what lies beyond is clamped.
    expected = [
        [128, 128, 128, 128, 128, 128, 128],
        [128, 0, 255, 128, 128, 191, 128],
        [128, 128, 128, 128, 128, 128, 128],
        [128, 0, 255, 128, 128, 128, 128],
        [128, 128, 128, 128, 128, 128, 128],
    ]
    picture = grid(pictures, -1.0, 1.0, padding=1, scale=1)
    assert picture.dtype == torch.uint8
    assert picture.tolist() == [expected]


def test_colours_rows_and_columns_keep_their_places() -> None:
    values = torch.arange(6 * 3 * 2 * 2).reshape(6, 3, 2, 2).float()
    picture = grid(values, 0.0, 255.0, columns=3, padding=0, scale=1)
    assert picture.shape == (3, 4, 6)
    for index in range(6):
        top, left = 2 * (index // 3), 2 * (index % 3)
        assert torch.equal(picture[:, top : top + 2, left : left + 2].float(), values[index])


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.0, 1.0)])
def test_levels_survive_the_way_to_the_network_and_back(low: float, high: float) -> None:
    levels = torch.arange(256).reshape(1, 1, 16, 16)
    scaled = levels.float() * ((high - low) / 255.0) + low
    assert torch.equal(grid(scaled, low, high, padding=0, scale=1)[0], levels[0, 0].to(torch.uint8))


def test_scale_repeats_pixels() -> None:
    picture = grid(torch.tensor([[[[0.0, 1.0]]]]), 0.0, 1.0, padding=0, scale=3)
    assert picture.tolist() == [[[0, 0, 0, 255, 255, 255]] * 3]


@pytest.mark.parametrize(
    ("count", "side", "rows"), [(64, 28, 8), (64, 64, 8), (16, 32, 4), (1, 28, 1), (10, 28, 3), (64, 112, 8)]
)
def test_default_size_is_legible(count: int, side: int, rows: int) -> None:
    picture = grid(torch.zeros(count, 1, side, side), -1.0, 1.0)
    natural = (rows * (side + 2) + 2, int(np.ceil(count / rows)) * (side + 2) + 2)
    assert picture.shape[1] % natural[0] == picture.shape[2] % natural[1] == 0
    assert 480 <= picture.shape[2] <= 640 or (picture.shape[2] == natural[1] > 640)


def test_odd_numbers_are_no_error() -> None:
    picture = grid(torch.tensor([torch.nan, torch.inf, -torch.inf, 0.2]).reshape(1, 1, 1, 4), 0.0, 1.0, 1, 0, 1)
    assert picture.tolist() == [[[0, 255, 0, 51]]]


def test_half_precision_and_gradients_are_no_obstacle() -> None:
    pictures = torch.ones(1, 1, 2, 2, dtype=torch.bfloat16, requires_grad=True)
    assert grid(pictures, -1.0, 1.0, padding=0, scale=1).tolist() == [[[255, 255], [255, 255]]]


@pytest.mark.parametrize("shape", [(3, 8, 8), (0, 1, 8, 8), (4, 2)])
def test_what_is_no_set_of_pictures_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\[N, C, H, W\]"):
        grid(torch.zeros(shape), -1.0, 1.0)


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB")])
def test_png_holds_the_same_pixels(tmp_path: Path, channels: int, mode: str) -> None:
    picture = torch.arange(channels * 4 * 5, dtype=torch.uint8).reshape(channels, 4, 5)
    path = tmp_path / "été 1" / "000500.png"
    save_png(path, picture)
    with Image.open(path) as image:
        assert image.mode == mode
        pixels = np.asarray(image).reshape(4, 5, channels)
    np.testing.assert_array_equal(pixels, picture.permute(1, 2, 0).numpy())


@pytest.mark.parametrize("picture", [torch.zeros(3, 4, 4), torch.zeros(2, 4, 4, dtype=torch.uint8)])
def test_png_of_anything_else_is_refused(tmp_path: Path, picture: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="a PNG needs uint8"):
        save_png(tmp_path / "a.png", picture)
