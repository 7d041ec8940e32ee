import pytest
import torch

from gan_runner.data import fake


def test_pictures_have_the_shape_asked_for_and_every_class() -> None:
    source = fake.load(channels=3, size=16, count=40, classes=7)
    assert source.samples.shape == (40, 3, 16, 16)
    assert source.samples.dtype == torch.uint8
    assert source.labels is not None
    assert set(source.labels.tolist()) == set(range(7))
    assert len(source.classes) == 7
    assert not source.is_points


def test_pixels_are_uniform_over_all_values() -> None:
    counts = torch.bincount(fake.load().samples.flatten().int(), minlength=256).double()
    expected = counts.sum() / 256
    assert ((counts - expected).square() / expected).sum() < 255 + 6 * (2 * 255) ** 0.5


def test_pictures_are_the_same_every_time_and_leave_the_random_state_alone() -> None:
    state = torch.get_rng_state()
    assert fake.load().fingerprint == fake.load().fingerprint
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("name", ["channels", "size", "count", "classes"])
def test_senseless_parameters_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be positive, got 0"):
        fake.load(**{name: 0})
