import math

import pytest
import torch

from gan_runner.errors import UsageError
from gan_runner.models.unit_range import ScaledSigmoid, pictures_only, to_unit


def test_a_sigmoid_picture_is_a_sigmoid_in_0_to_1() -> None:
    raw = torch.linspace(-30, 30, 61, dtype=torch.float64)
    torch.testing.assert_close(to_unit(ScaledSigmoid()(raw)), torch.sigmoid(raw))


def test_a_scaled_sigmoid_reaches_both_signs() -> None:
    values = [-3.0, -0.5, 0.0, 2.0]
    expected = [2 / (1 + math.exp(-value)) - 1 for value in values]
    assert ScaledSigmoid()(torch.tensor(values)).tolist() == pytest.approx(expected)


def test_points_are_refused() -> None:
    assert pictures_only("cgan", (3, 8, 8)) == (3, 8, 8)
    with pytest.raises(UsageError, match="arch=cgan makes pictures; got 2-D points; use arch=mlp"):
        pictures_only("cgan", (2,))
