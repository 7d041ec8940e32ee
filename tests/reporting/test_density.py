import pytest
import torch
from torch import Tensor

from gan_runner.reporting.density import density

REAL = torch.linspace(-1, 1, 401)[:, None]  # uniform: the density is 1/2
NONE = torch.zeros(0, 1)
WIDTH, HEIGHT = 512 - 46 - 46, 512 - 36 - 28
BIN = 2.6 * 2 / 64
WHITE = [255, 255, 255]


def place(x: float, share: float) -> tuple[int, int]:
    """Column and row of a number in the window -2.6..2.6, at a share of the plot's height."""
    return int(46 + (x + 2.6) / 5.2 * WIDTH), int(36 + (1 - share) * HEIGHT)


def at(picture: Tensor, x: float, share: float) -> list[int]:
    column, row = place(x, share)
    return [int(value) for value in picture[:, row, column]]


def is_grey(colour: list[int]) -> bool:
    return max(colour) - min(colour) < 10 and 180 < min(colour) < 230


def is_purple(colour: list[int]) -> bool:
    red, green, blue = colour
    return green < red < blue


def is_orange(colour: list[int]) -> bool:
    red, green, blue = colour
    return blue < green < red


def purple_share(picture: Tensor, x: float) -> float:
    """The height at which the score's curve crosses x, as a share of the plot's."""
    column, _ = place(x, 0)
    colours = picture[:, 36 : 36 + HEIGHT, column].T.tolist()
    rows = [row for row, colour in enumerate(colours) if is_purple(colour) and colour[1] < 150]
    return 1 - (sum(rows) / len(rows) + 0.5) / HEIGHT


def test_the_area_of_the_real_points_is_where_they_are_and_two_thirds_high() -> None:
    picture = density(REAL, NONE, None)
    assert picture.shape == (3, 512, 512)
    assert picture.dtype == torch.uint8
    for x in (-0.9, 0.0, 0.9):
        assert is_grey(at(picture, x, 0.3))
        assert is_grey(at(picture, x, 0.6))
        assert at(picture, x, 0.72) == WHITE
    for x in (-2.5, -1.2, 1.2, 2.5):
        assert at(picture, x, 0.1) == WHITE


def test_densities_of_generated_points_are_relative_to_all_of_them() -> None:
    # Half of the points uniform on 1.3..2.3: a density of 1/2, as high as the real one's. The others are outside.
    fake = torch.cat([torch.linspace(1.3, 2.3, 300), torch.full((300,), 99.0)])[:, None]
    picture = density(REAL, fake, None)
    assert is_orange(at(picture, 1.8, 0.58))
    assert at(picture, 1.8, 0.75) == WHITE
    assert is_grey(at(picture, 0.0, 0.3))


def test_a_collapsed_generator_is_a_column_up_to_the_top() -> None:
    picture = density(REAL, torch.full((50, 1), 1.6), None)
    for share in (0.1, 0.5, 0.99):
        assert is_orange(at(picture, 1.6, share))
    assert at(picture, 1.6 + 1.5 * BIN, 0.1) == WHITE
    assert at(picture, 1.6 - 1.5 * BIN, 0.1) == WHITE


def test_the_curve_spans_its_own_scale() -> None:
    picture = density(REAL, NONE, lambda points: 300 - 100 * points[:, 0])
    for x in (-2.0, -0.5, 0.5, 2.0):  # a straight line, a twenty-second part off the bottom and the top
        assert purple_share(picture, x) == pytest.approx(0.5 - x / 5.2 / 1.1, abs=0.005)


def test_scores_are_asked_at_the_middle_of_each_column() -> None:
    asked: list[Tensor] = []

    def score(points: Tensor) -> Tensor:
        asked.append(points)
        return (points[:, 0] > 0.65).float()

    picture = density(REAL, NONE, score)
    assert asked[0].shape == (WIDTH, 1)
    torch.testing.assert_close(asked[0][[0, -1], 0], torch.tensor([-1.0, 1.0]) * (2.6 - 2.6 / WIDTH))
    assert purple_share(picture, 0.5) == pytest.approx(0.05 / 1.1, abs=0.005)
    assert purple_share(picture, 0.8) == pytest.approx(1.05 / 1.1, abs=0.005)


def test_the_window_does_not_follow_the_generated_points() -> None:
    far = density(REAL, torch.full((30, 1), 1e6), None)
    odd = density(REAL, torch.full((30, 1), torch.nan), None)
    none = density(REAL, NONE, None)
    floor = 36 + HEIGHT - 1  # where a density of zero is drawn as a line
    assert torch.equal(far[:, 30 : floor - 1], none[:, 30 : floor - 1])
    assert torch.equal(far[:, floor + 1 :], none[:, floor + 1 :])
    assert torch.equal(far, odd)
    assert not torch.equal(far[:, :30], none[:, :30]), "the legend counts the points outside"


@pytest.mark.parametrize("value", [0.0, 1e8, -1e-30, torch.nan, torch.inf])
def test_odd_scores_are_no_error(value: float) -> None:
    picture = density(REAL, NONE, lambda points: torch.full((len(points),), value))
    assert is_grey(at(picture, 0.0, 0.3))
    if abs(value) <= 1e8:
        assert purple_share(picture, 2.0) == pytest.approx(0.5, abs=0.005)


def test_a_gap_in_the_scores_leaves_the_rest_of_the_curve() -> None:
    picture = density(REAL, NONE, lambda points: points[:, 0].where(points[:, 0] < 1, torch.nan))
    assert purple_share(picture, -2.5) < 0.1
    assert at(picture, 2.0, 0.5) == WHITE


def test_size_and_single_point_and_large_numbers() -> None:
    picture = density(torch.tensor([[5.0]]), torch.tensor([[5.1]]), lambda points: points[:, 0], size=300)
    assert picture.shape == (3, 300, 300)
    assert density(REAL * 1e7, REAL * 1e7, None).shape == (3, 512, 512)
    assert density(REAL * 1e-7 + 3, REAL, None).shape == (3, 512, 512)
