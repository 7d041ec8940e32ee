import numpy as np
import pytest
import torch

from gan_runner.data import printed_digits

SETS = [False, True]


def distinct(rotate: bool) -> int:
    return len({picture.tobytes() for picture in printed_digits.load(rotate=rotate).samples.numpy()})


def test_shifted_digits_are_as_few_as_in_the_published_set() -> None:
    assert 110 <= distinct(rotate=False) <= 135  # 124 of its 10,000 pictures


def test_turned_digits_are_as_many_as_in_the_published_set() -> None:
    assert 4900 <= distinct(rotate=True) <= 5200  # 5,075 of its 10,000 pictures


@pytest.mark.parametrize("rotate", SETS)
def test_every_digit_is_as_frequent_as_the_others(rotate: bool) -> None:
    source = printed_digits.load(200, rotate)
    assert source.samples.shape == (200, 1, 28, 28)
    assert source.samples.dtype == torch.uint8
    assert source.labels is not None
    assert torch.bincount(source.labels).tolist() == [20] * 10
    assert source.classes == tuple("0123456789")


def test_a_digit_that_only_moves_keeps_its_shape_and_fills_the_height() -> None:
    source = printed_digits.load(400)
    assert source.labels is not None
    for digit in range(10):
        shapes = set()
        for picture in source.samples.numpy()[source.labels.numpy() == digit, 0]:
            rows, columns = np.nonzero(picture)
            assert (rows.min(), rows.max()) == (0, 27)
            shapes.add(picture[:, columns.min() : columns.max() + 1].tobytes())
        assert len(shapes) == 1


def test_half_of_the_turned_set_is_not_turned() -> None:
    shifted = {picture.tobytes() for picture in printed_digits.load().samples.numpy()}
    turned = printed_digits.load(1000, rotate=True).samples.numpy()
    assert sum(picture.tobytes() in shifted for picture in turned) == 500


def test_what_is_drawn_depends_on_the_seed_alone() -> None:
    torch.manual_seed(1)
    first = printed_digits.load(100, rotate=True, seed=3)
    state = torch.get_rng_state()
    torch.manual_seed(2)
    assert printed_digits.load(100, rotate=True, seed=3).fingerprint == first.fingerprint
    assert printed_digits.load(100, rotate=True, seed=4).fingerprint != first.fingerprint
    torch.manual_seed(1)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("wrong", [{"count": 0}, {"seed": -1}])
def test_senseless_parameters_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        printed_digits.load(**wrong)
