import torch
from torch import Tensor

from gan_runner.reporting.landscape import scatter

SQUARE = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]])


def at(picture: Tensor, x: float, y: float) -> list[int]:
    # The window is 1.3 times the extent of the real points (2), so -1.3..1.3, on a square of 512 - 36 - 28 pixels
    # whose top left corner is at (46, 36).
    column = 46 + (x + 1.3) / 2.6 * 448
    row = 36 + (1.3 - y) / 2.6 * 448
    return [int(value) for value in picture[:, int(row), int(column)]]


def is_orange(colour: list[int]) -> bool:
    return colour[0] > 200 and colour[2] < 80 and 60 < colour[1] < 160


def test_points_lie_where_they_should() -> None:
    fake = torch.tensor([[0.5, 0.25], [-0.6, -0.1]])
    picture = scatter(SQUARE, fake, None)
    assert picture.shape == (3, 512, 512)
    assert picture.dtype == torch.uint8
    for x, y in SQUARE.tolist():
        assert max(at(picture, x, y)) < 120
    for x, y in fake.tolist():
        assert is_orange(at(picture, x, y))
    assert at(picture, 0.0, 0.0) == [255, 255, 255]
    assert at(picture, 0.25, 0.5) == [255, 255, 255]


def test_a_collapsed_generator_shows_on_top_of_real_points() -> None:
    picture = scatter(SQUARE, SQUARE[:1].repeat(50, 1), None)
    assert is_orange(at(picture, -1.0, -1.0))


def test_low_scores_are_purple_high_ones_green_and_the_middle_is_light() -> None:
    picture = scatter(SQUARE, torch.zeros(0, 2), lambda points: 3.0 * points[:, 0] + 7.0)
    red, green, blue = at(picture, -1.25, 0.3)
    assert green < red < blue
    red, green, blue = at(picture, 1.25, 0.3)
    assert green > red
    assert green > blue
    assert min(at(picture, 0.07, 0.3)) > 225


def test_scores_are_asked_at_the_points_where_they_are_shown() -> None:
    asked: list[Tensor] = []

    def score(points: Tensor) -> Tensor:
        asked.append(points)
        return ((points - torch.tensor([0.65, 0.65])).norm(dim=1) < 0.4).float()

    picture = scatter(SQUARE, torch.zeros(0, 2), score)
    assert asked[0].shape == (128 * 128, 2)
    assert torch.allclose(asked[0].abs().amax(dim=0), torch.full((2,), 1.3 - 1.3 / 128))
    assert at(picture, 0.65, 0.65) == [164, 214, 160]
    assert at(picture, -0.65, -0.65) == at(picture, 0.65, -0.65) == [190, 170, 212]


def test_the_window_does_not_follow_the_generated_points() -> None:
    far = scatter(SQUARE, torch.full((30, 2), 1e6), None)
    odd = scatter(SQUARE, torch.full((30, 2), torch.nan), None)
    none = scatter(SQUARE, torch.zeros(0, 2), None)
    assert torch.equal(far[:, 30:], none[:, 30:])
    assert torch.equal(far, odd)
    assert not torch.equal(far[:, :30], none[:, :30]), "the legend counts the points outside"


def test_odd_scores_are_no_error() -> None:
    for value in (0.0, torch.nan, torch.inf):
        picture = scatter(SQUARE, SQUARE, lambda points, value=value: torch.full((len(points),), value))  # type: ignore[misc]
        assert at(picture, 0.1, 0.1) == [247, 247, 247]


def test_size_and_single_point_and_large_numbers() -> None:
    picture = scatter(torch.tensor([[5.0, 5.0]]), torch.tensor([[5.1, 5.0]]), lambda points: points[:, 1], size=300)
    assert picture.shape == (3, 300, 300)
    assert scatter(SQUARE * 1e7, SQUARE * 1e7, None).shape == (3, 512, 512)


def test_a_line_is_seen_from_twice_as_far_because_points_come_to_lie_beside_it() -> None:
    segment = torch.stack([torch.zeros(50), torch.linspace(0, 1, 50)], dim=1)
    picture = scatter(segment, torch.tensor([[0.9, 0.5], [-1.2, 1.0]]), None)

    def colour_at(x: float, y: float) -> list[int]:  # the window is -1.3..1.3 by -0.8..1.8
        return at(picture, x, y - 0.5)

    assert max(colour_at(0.0, 0.5)) < 120
    assert is_orange(colour_at(0.9, 0.5))
    assert is_orange(colour_at(-1.2, 1.0))
    assert colour_at(0.5, 0.5) == colour_at(0.0, 1.2) == [255, 255, 255]
