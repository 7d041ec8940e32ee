"""What an InfoGAN's codes do, on pictures and codes made up so that the answer is known."""

import pytest
import torch

from gan_runner.claims.codes import Asked, explained, matching, properties, strongest


def bars(shift: torch.Tensor, slant: torch.Tensor) -> torch.Tensor:
    """White bars of 5 x 12 pixels on black, whose middle is moved and which lean by ``slant`` pixels a pixel down."""
    down, right = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    centre = 13.5 + shift[:, None, None] + slant[:, None, None] * (down - 13.5)
    ink = (3 - (right - centre).abs()).clamp(0, 1) * ((down - 13.5).abs() < 6)
    return 2 * ink[:, None] - 1


def test_the_matching_is_the_best_one_to_one() -> None:
    values = torch.arange(10).repeat(10)
    assert matching(values, (values + 3) % 10) == 1.0
    assert matching(values, torch.zeros_like(values)) == pytest.approx(0.1)
    halved = torch.where(values == 9, 8, values)  # two values make the same digit: one of them cannot be matched
    assert matching(values, halved) == pytest.approx(0.9)


def test_properties_are_those_of_a_bar() -> None:
    found = properties(bars(torch.tensor([0.0, 2.0, -3.0]), torch.tensor([0.0, 0.0, 0.5])))
    assert found["horizontal position"].tolist() == pytest.approx([13.5, 15.5, 10.5], abs=1e-4)
    assert found["vertical position"].tolist() == pytest.approx([13.5] * 3, abs=1e-4)
    assert found["slant"].tolist() == pytest.approx([0.0, 0.0, 0.5], abs=0.02)
    assert found["thickness"].tolist() == pytest.approx([60.0] * 3, abs=1.5)


def test_explained_is_the_squared_correlation_within_values() -> None:
    generator = torch.Generator().manual_seed(0)
    code, noise = torch.randn(2, 40000, generator=generator)
    values = torch.arange(40000) % 2
    assert explained(code, 3 * code + 1, values) == pytest.approx(1.0)
    assert explained(code, code + 2 * noise, values) == pytest.approx(0.2, abs=0.02)  # 1 / (1 + 2^2)
    assert explained(code, code.new_ones(40000), values) == 0.0
    assert explained(code, torch.where(values == 0, code, -code), values) == pytest.approx(1.0)


def test_the_property_that_a_code_moves_is_found_and_the_weaker_code_comes_first() -> None:
    codes = torch.rand(600, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1
    noise = torch.randn(600, generator=torch.Generator().manual_seed(1))
    pictures = bars(3 * codes[:, 0], 0.2 * codes[:, 1] + 0.1 * noise)
    (weaker, first), (stronger, second) = strongest(Asked(pictures, torch.arange(600) % 10, codes))
    assert (first, second) == ("slant", "horizontal position")
    assert 0.4 < weaker < 0.8  # 0.04 / 3 of 0.04 / 3 + 0.01 is 0.57
    assert stronger > 0.97
