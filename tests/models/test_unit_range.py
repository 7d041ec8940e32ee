import pytest
import torch

from gan_runner.errors import UsageError
from gan_runner.models.unit_range import Sigmoid, pictures_only, to_unit


def test_a_sigmoid_picture_is_a_sigmoid_in_0_to_1() -> None:
    raw = torch.linspace(-30, 30, 61, dtype=torch.float64)
    torch.testing.assert_close(to_unit(Sigmoid()(raw)), torch.sigmoid(raw))


def test_points_are_refused() -> None:
    assert pictures_only("cgan", (3, 8, 8)) == (3, 8, 8)
    with pytest.raises(UsageError, match="arch=cgan makes pictures; got 2-D points; use arch=mlp"):
        pictures_only("cgan", (2,))
