from dataclasses import replace

import pytest
import torch

from gan_runner.data.source import Source

PICTURES = torch.arange(256, dtype=torch.uint8).view(4, 1, 8, 8)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.0, 1.0)])
def test_pictures_are_scaled_from_low_to_high(low: float, high: float) -> None:
    scaled = Source("pictures", PICTURES, low=low, high=high).normalize(PICTURES).flatten()
    assert scaled.dtype == torch.float32
    assert scaled[0].item() == low
    assert scaled[255].item() == pytest.approx(high, abs=1e-6)
    torch.testing.assert_close(scaled.diff(), torch.full((255,), (high - low) / 255), rtol=0, atol=1e-6)


def test_points_stay_as_they_are() -> None:
    points = torch.randn(5, 2)
    source = Source("points", points)
    assert source.is_points
    assert source.shape == (2,)
    assert torch.equal(source.normalize(points), points)


def test_the_fingerprint_sees_pixels_labels_order_scale_and_shape() -> None:
    source = Source("pictures", PICTURES, labels=torch.arange(4))
    others = [
        replace(source, samples=PICTURES.flip(0)),
        replace(source, samples=PICTURES.view(4, 1, 4, 16)),
        replace(source, labels=torch.tensor([0, 1, 2, 2])),
        replace(source, labels=None),
        replace(source, low=0.0),
    ]
    assert len({source.fingerprint, *(other.fingerprint for other in others)}) == 6
    assert replace(source, name="other", samples=PICTURES.clone()).fingerprint == source.fingerprint


@pytest.mark.parametrize("labels", [None, torch.tensor([0, 1, 0, 1])])
@pytest.mark.parametrize("samples", [PICTURES, torch.zeros(4, 2)])
def test_facts_stand_for_the_data_where_those_are_not(samples: torch.Tensor, labels: torch.Tensor | None) -> None:
    source = Source("data", samples, labels, ("a", "b"), low=0.0)
    again = Source.from_facts(source.facts())
    assert again.facts() == source.facts()
    assert (len(again), again.shape, again.is_points) == (len(source), source.shape, source.is_points)
    assert (again.labels is None) == (labels is None)
    assert isinstance(again.samples, torch.Tensor)
    assert again.samples.device.type == "meta"


@pytest.mark.parametrize(
    "change", [{"shape": []}, {"shape": [1, 2]}, {"shape": [0]}, {"shape": [1, -8, 8]}, {"count": 0}]
)
def test_facts_that_no_data_have_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="allowed: pictures or points"):
        Source.from_facts(Source("data", PICTURES).facts() | change)
