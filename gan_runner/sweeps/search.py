"""From what was typed to the jobs: all combinations of the values, and points in ranges, at random or on a grid."""

import itertools
import math
import random
from collections.abc import Sequence
from typing import cast

from hydra.core.override_parser.types import IntervalSweep, Override

from gan_runner.errors import UsageError
from gan_runner.sweeps.settings import SweepSettings

DIGITS = 4
"""Significant digits of a point: as many as one would type again. A range narrower than its ends has more."""


def expand(overrides: Sequence[Override], settings: SweepSettings) -> list[list[str]]:
    """Return the overrides of each job: every combination of the listed values at every point of the intervals.

    ``key=interval(a,b)`` is a range of real numbers, evenly spread or, with ``tag(log,interval(a,b))``, evenly in the
    logarithm; ``int(interval(a,b))`` one of whole numbers, both ends included. With ``sweep.samples=N`` there are N
    points, the same for every combination: coordinate i of a key depends on (``sweep.seed``, key, i) alone, so that
    more samples later keep the first ones. With ``sweep.grid=K`` there are K values a key, ends included, and all
    combinations of these (equal whole numbers once). Random points find more than a grid of as many jobs where few
    of the keys matter (Bergstra & Bengio 2012, JMLR 13:281).

    Raises: UsageError for intervals without samples or grid, these without an interval, and logarithms of what is not
    positive.
    """
    intervals = [one for one in overrides if one.is_interval_sweep()]
    _refuse_what_does_not_fit(intervals, settings)
    listed = [_values(one) for one in overrides if not one.is_interval_sweep()]
    places = [index for index, one in enumerate(overrides) if one.is_interval_sweep()]
    jobs = []
    for combination in itertools.product(*listed):
        for point in _points(intervals, settings):
            words = list(combination)
            for place, word in zip(places, point, strict=True):
                words.insert(place, word)
            jobs.append(words)
    return jobs


def _values(override: Override) -> list[str]:
    key = override.get_key_element()
    if not override.is_sweep_override():
        return [f"{key}={override.get_value_element_as_str()}"]
    return [f"{key}={value}" for value in override.sweep_string_iterator()]


def _points(intervals: Sequence[Override], settings: SweepSettings) -> list[tuple[str, ...]]:
    """Return for each point a word for every interval; one point without words where there is no interval."""
    if not intervals:
        return [()]
    if settings.grid is not None:
        parts = [part / (settings.grid - 1) for part in range(settings.grid)]
        axes = [[_word(one, part) for part in parts] for one in intervals]
        return list(itertools.product(*(dict.fromkeys(axis) for axis in axes)))
    samples = range(cast(int, settings.samples))
    return [tuple(_word(one, _uniform(one, settings.seed, number)) for one in intervals) for number in samples]


def _uniform(override: Override, seed: int, number: int) -> float:
    return random.Random(f"{seed} {override.get_key_element()} {number}").random()


def _word(override: Override, part: float) -> str:
    """Return the override's key with the value that lies at ``part``, 0 to 1, of its interval."""
    key, (low, high) = override.get_key_element(), _ends(override)
    if _is_whole(override):
        low, high = low - 0.5, high + 0.5
        value = _between(override, low, high, part)
        return f"{key}={min(max(math.floor(value + 0.5), math.ceil(low)), math.floor(high))}"
    more = max(0, math.floor(math.log10(max(abs(low), abs(high)) / (high - low))))
    value = float(f"{_between(override, low, high, part):.{DIGITS + more}g}")
    return f"{key}={min(max(value, low), high)!r}"


def _between(override: Override, low: float, high: float, part: float) -> float:
    if _is_logarithmic(override):
        return math.exp(math.log(low) + part * (math.log(high) - math.log(low)))
    return low + part * (high - low)


def _ends(override: Override) -> tuple[float, float]:
    interval = cast(IntervalSweep, override.value())
    return float(cast(float, interval.start)), float(cast(float, interval.end))


def _is_whole(override: Override) -> bool:
    interval = cast(IntervalSweep, override.value())
    return all(type(end) is int for end in (interval.start, interval.end))


def _is_logarithmic(override: Override) -> bool:
    return "log" in cast(IntervalSweep, override.value()).tags


def _refuse_what_does_not_fit(intervals: Sequence[Override], settings: SweepSettings) -> None:
    asked = settings.samples is not None or settings.grid is not None
    if intervals and not asked:
        raise UsageError(
            f"{intervals[0].input_line}: a range has no end of values; add sweep.samples=N for N random ones, or "
            "sweep.grid=K for K with equal steps between them"
        )
    if asked and not intervals:
        raise UsageError(
            "sweep.samples and sweep.grid are of key=interval(a,b), and there is none; leave them out, or add a range"
        )
    for one in intervals:
        low, high = _ends(one)
        if not low < high or (_is_logarithmic(one) and low <= 0):
            rule = "0 < a < b for tag(log,..)" if _is_logarithmic(one) else "a < b"
            raise UsageError(f"{one.input_line}: got {low:g} to {high:g}; allowed: {rule}")
