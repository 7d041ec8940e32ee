import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gan_runner.data import resize as module
from gan_runner.data.resize import resize


def noise(*shape: int) -> torch.Tensor:
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def test_pictures_of_that_size_are_left_as_they_are() -> None:
    images = noise(3, 1, 9, 9)
    assert resize(images, 9) is images


@given(st.integers(1, 5), st.sampled_from([1, 3]), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=40, deadline=None)
def test_any_shape_becomes_square_and_stays_within_its_range(
    count: int, channels: int, height: int, width: int, size: int
) -> None:
    images = noise(count, channels, height, width)
    resized = resize(images, size)
    assert resized.shape == (count, channels, size, size)
    assert resized.dtype == torch.uint8
    assert resized.min() >= images.min()
    assert resized.max() <= images.max()


@pytest.mark.parametrize("size", [10, 15, 45, 61])
def test_colour_is_resized_as_pillow_does_it(size: int) -> None:
    images = noise(2, 3, 30, 30)
    for image, resized in zip(images, resize(images, size), strict=True):
        expected = Image.fromarray(image.permute(1, 2, 0).numpy()).resize((size, size), Image.Resampling.BILINEAR)
        difference = resized.permute(1, 2, 0).int() - torch.from_numpy(np.array(expected)).int()
        assert difference.abs().max() <= 1  # Pillow rounds after each of the two directions


def test_the_result_does_not_depend_on_how_many_are_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    images = noise(7, 3, 12, 20)
    at_once = resize(images, 16)
    monkeypatch.setattr(module, "AT_ONCE", 1)
    assert torch.equal(resize(images, 16), at_once)


@pytest.mark.parametrize("size", [0, -3])
def test_senseless_sizes_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="allowed 1 or more"):
        resize(noise(1, 1, 4, 4), size)
