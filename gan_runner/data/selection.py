"""Which samples of a set are used: data.classes and data.limit, the same for every set."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gan_runner.errors import UsageError

Names = Sequence[str | int]


def check_limit(limit: int | None) -> None:
    """Raise ValueError unless ``limit`` is null or a number of samples."""
    if limit is not None and limit < 1:
        raise ValueError(f"limit must be a number of samples, got {limit}; allowed 1 or more, or null for all")


def select(
    labels: NDArray[np.integer], names: Sequence[str], classes: Names | None, limit: int | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[str, ...]]:
    """Return ``(index, labels, names)`` of the samples to keep, in their own order.

    ``classes`` keeps only those classes and numbers them anew in the order given; ``limit`` then keeps the first so
    many samples. Raises UsageError if a class is not there, is named twice, or nothing is left.
    """
    check_limit(limit)
    if classes is None:
        index = np.arange(len(labels))[:limit]
        return index, labels[index].astype(np.int64), tuple(names)
    wanted = [str(name) for name in classes]
    for name in wanted:
        if name not in names or wanted.count(name) > 1:
            what = "is named twice" if name in names else f"is not among the {len(names)} classes"
            listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
            raise UsageError(f"data.classes: {name} {what}; allowed: {listed}")
    numbers = np.full(len(names), -1)
    numbers[[names.index(name) for name in wanted]] = np.arange(len(wanted))
    index = np.flatnonzero(numbers[labels] >= 0)[:limit]
    if not len(index):
        raise UsageError(f"data.classes: none of the pictures is of {', '.join(wanted) or 'an empty list of classes'}")
    return index, numbers[labels[index]], tuple(wanted)
