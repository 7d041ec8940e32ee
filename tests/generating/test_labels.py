import pytest
import torch

from gan_runner.errors import UsageError
from gan_runner.generating.labels import numbers, shared_out

HANZI = ("啊", "阿", "埃")


@pytest.mark.parametrize(
    ("asked", "names", "found"),
    [
        ([3, "7"], tuple("0123456789"), [3, 7]),
        ("阿", HANZI, [1]),
        ([2, "啊"], HANZI, [2, 0]),
        (7, ("5", "7", "9"), [1]),  # a name before a number
        (0, ("5", "7", "9"), [0]),
        ("a", ("a", "b", "a"), [0]),
    ],
)
def test_classes_go_by_name_or_number(asked: object, names: tuple[str, ...], found: list[int]) -> None:
    assert numbers(asked, names) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "names", "said"),
    [
        (
            "kichen",
            ("bedroom", "kitchen"),
            r"did you mean kitchen\?\); allowed: bedroom, kitchen, or numbers from 0 to 1",
        ),
        (3, HANZI, "classes=3: no such class; allowed: 啊, 阿, 埃, or"),
        (-1, HANZI, "classes=-1: no such class"),
        ("²", HANZI, "classes=²: no such class"),
        ("x", tuple(f"name {number}" for number in range(99)), r"name 9, \.\.\., or numbers from 0 to 98"),
    ],
)
def test_an_unknown_class_is_refused_with_the_nearest(asked: int | str, names: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        numbers(asked, names)


@pytest.mark.parametrize("count", [1, 2, 7, 64, 1000])
def test_every_class_gets_its_share_in_order(count: int) -> None:
    labels = shared_out([5, 2, 9], count)
    assert labels.shape == (count,)
    shares = torch.tensor([int((labels == label).sum()) for label in (5, 2, 9)])
    assert shares.sum() == count
    assert shares.max() - shares.min() <= 1
    assert len(labels.unique_consecutive()) == min(count, 3)
