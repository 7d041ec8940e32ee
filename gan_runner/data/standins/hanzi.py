"""The strokes of the 3,755 Chinese characters of GB 2312 level 1.

They are the centre lines of Make Me a Hanzi, under the Arphic Public License (assets/hanzi/LICENSE.txt).
"""

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parents[1] / "assets" / "hanzi"
LICENCE = FOLDER / "ARPHICPL.TXT"
COUNT = 3755
"""The characters of GB 2312 level 1, in the order of their codes."""
SQUARE = 255.0

Points = NDArray[np.float64]


def characters(count: int = COUNT) -> tuple[str, ...]:
    """Return ``count`` characters spread evenly over level 1: those at ``floor(i * 3755 / count)``, in code order.

    Level 1 is ordered by pronunciation, so an even spread takes simple and intricate ones alike.
    """
    names = _table()[0]
    return tuple(names[i * COUNT // count] for i in range(count))


def strokes(character: str) -> list[Points]:
    """Return the centre line of each stroke, in the order of writing: points ``[n, 2]`` (x right, y down) in 0..1.

    Raises KeyError for what is no character of level 1.
    """
    _, numbers, first_strokes, first_points, points = _table()
    number = numbers[character]
    bounds = first_points[first_strokes[number] : first_strokes[number + 1] + 1]
    return [points[start:stop] / SQUARE for start, stop in pairwise(bounds)]


@cache
def _table() -> tuple[tuple[str, ...], dict[str, int], NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Return the characters, their numbers, where the strokes of each begin, where the points of each begin, points."""
    with np.load(FOLDER / "medians.npz", allow_pickle=False) as arrays:
        names = tuple(map(str, arrays["characters"]))
        first_strokes = np.concatenate([[0], np.cumsum(arrays["strokes_per_character"], dtype=np.int64)])
        first_points = np.concatenate([[0], np.cumsum(arrays["points_per_stroke"], dtype=np.int64)])
        points = arrays["points"]
    return names, {name: number for number, name in enumerate(names)}, first_strokes, first_points, points
