import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_runner.data.selection import select
from gan_runner.errors import UsageError

NAMES = ("a", "b", "c", "7")


@given(
    labels=st.lists(st.integers(0, 3), min_size=1, max_size=30),
    classes=st.lists(st.sampled_from(NAMES), unique=True, min_size=1),
    limit=st.none() | st.integers(1, 40),
)
def test_what_is_kept_is_of_the_classes_in_its_own_order(
    labels: list[int], classes: list[str], limit: int | None
) -> None:
    expected = [i for i, label in enumerate(labels) if NAMES[label] in classes][:limit]
    if not expected:
        with pytest.raises(UsageError, match="none of the pictures"):
            select(np.array(labels), NAMES, classes, limit)
        return
    index, kept, names = select(np.array(labels), NAMES, classes, limit)
    assert index.tolist() == expected
    assert names == tuple(classes)
    assert [names[label] for label in kept] == [NAMES[labels[i]] for i in expected]


def test_without_classes_the_first_are_kept_with_their_labels() -> None:
    index, labels, names = select(np.array([2, 0, 1]), NAMES, None, 2)
    assert (index.tolist(), labels.tolist(), names) == ([0, 1], [2, 0], NAMES)


def test_digits_may_be_typed_as_numbers() -> None:
    assert select(np.array([3, 0]), NAMES, [7], None)[2] == ("7",)


@pytest.mark.parametrize(("classes", "message"), [(["d"], "d is not among the 4 classes"), (["a", "a"], "twice")])
def test_a_class_that_cannot_be_had_is_named(classes: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        select(np.array([0]), NAMES, classes, None)


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        select(np.array([0]), NAMES, None, 0)
