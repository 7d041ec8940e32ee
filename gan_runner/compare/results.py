"""What a comparison finds: groups in the order of their final mean, final and best told apart."""

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from gan_runner.compare.groups import Group
from gan_runner.compare.runs import Direction, Run
from gan_runner.compare.statistics import Estimate, estimate, wilson
from gan_runner.errors import UsageError

FACTOR = 1.5
LOST = 0.5
"""A run fell apart if its last evaluation is worse than its best by more than this factor, and it has lost more than
this share of what it had gained since the first; the factor alone would ring at noise around 0."""
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


@dataclass(frozen=True)
class Success:
    """When a run is a success: its last evaluation meets every condition; without one, it finished and no alarm rang.

    A failed run is none in any case.
    """

    conditions: tuple[tuple[str, str, float], ...]

    def __str__(self) -> str:
        return (
            " and ".join(f"{value} {sign} {bound:g}" for value, sign, bound in self.conditions) or "finished, no alarm"
        )

    def of(self, run: Run) -> bool:
        """Return whether ``run`` is a success."""
        if run.failed or not self.conditions:
            return not run.failed and not run.alarms
        return all(_SIGNS[sign](run.final.get(value, math.nan), bound) for value, sign, bound in self.conditions)


@dataclass(frozen=True)
class Row:
    """A group's results: one final and one best value a run that has them, and how many runs were a success."""

    group: Group
    finals: tuple[float, ...]
    bests: tuple[float, ...]
    best_steps: tuple[int, ...]
    successes: int
    fell_apart: tuple[Run, ...]

    @property
    def final(self) -> Estimate | None:
        """Mean and standard error of the final values of the runs that finished."""
        return estimate(self.finals)

    @property
    def best(self) -> Estimate | None:
        """Mean and standard error of the best values."""
        return estimate(self.bests)

    @property
    def failed(self) -> tuple[Run, ...]:
        """The runs that failed."""
        return tuple(run for run in self.group.runs if run.failed)

    @property
    def collapsed(self) -> tuple[Run, ...]:
        """The runs in which an alarm rang."""
        return tuple(run for run in self.group.runs if run.alarms)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the success rate."""
        return wilson(self.successes, len(self.group.runs))


@dataclass(frozen=True)
class Ranking:
    """Rows from the best final mean to the worst, those without any final value last; ``value`` None if unmeasured."""

    value: str | None
    direction: Direction
    success: Success
    rows: tuple[Row, ...]


def rank(groups: Sequence[Group], value: str | None = None, condition: str | None = None) -> Ranking:
    """Return the groups' results, judged by ``value`` (default: what the runs monitor) and a success ``condition``.

    Raises: UsageError if the runs have no such value or the condition cannot be read.
    """
    measure = next((run.measure for group in groups for run in group.runs if run.measure), None)
    directions = measure.directions if measure else {}
    if value is not None and value not in directions:
        raise UsageError(f"metric={value}: {_no_such(value, list(directions))}")
    goal = measure.goal if measure else {}
    signs = {"min": "<=", "max": ">="}
    default = tuple((name, signs[directions.get(name, "max")], bound) for name, bound in goal.items())
    success = Success(default if condition is None else (_parsed(condition, list(directions)),))
    value = value or (measure.monitor if measure else None)
    direction: Direction = directions[value] if value else "min"
    rows = [_row(group, value, direction, success) for group in groups]
    sign = 1 if direction == "min" else -1

    def place(row: Row) -> tuple[bool, float, int]:
        return row.final is None, sign * row.final.mean if row.final else 0.0, -row.successes

    return Ranking(value, direction, success, tuple(sorted(rows, key=place)))


def fell_apart(first: float, best: float, final: float, direction: Direction) -> bool:
    """Return whether a run with these first, best and final values lost by the end what it had; see `FACTOR`."""
    sign = 1 if direction == "min" else -1
    lost, gained = sign * (final - best), sign * (first - best)
    return lost > LOST * gained and lost > (1 - 1 / FACTOR) * max(abs(final), abs(best))


def _row(group: Group, value: str | None, direction: Direction, success: Success) -> Row:
    ended = [(run, run.final.get(value, math.nan)) for run in group.runs if value and not run.failed]
    finals = {id(run): final for run, final in ended if math.isfinite(final)}
    best = {id(run): found for run in group.runs if value and (found := run.best(value, direction))}
    return Row(
        group,
        tuple(finals.values()),
        tuple(number for number, _ in best.values()),
        tuple(step for _, step in best.values()),
        sum(map(success.of, group.runs)),
        tuple(
            run
            for run in group.runs
            if id(run) in finals and fell_apart(run.first(value), best[id(run)][0], finals[id(run)], direction)
        ),
    )


def _parsed(condition: str, values: Sequence[str]) -> tuple[str, str, float]:
    found = re.fullmatch(r"\s*(\w+)\s*(<=|>=|<|>)\s*([-+.\w]+)\s*", condition)
    try:
        bound = float(found[3]) if found else math.nan
    except ValueError:
        bound = math.nan
    if found is None or math.isnan(bound):
        raise UsageError(f"success={condition}: cannot be read; one condition on a value is allowed, e.g. 'fid<5'")
    if found[1] not in values:
        raise UsageError(f"success={condition}: {_no_such(found[1], values)}")
    return found[1], found[2], bound


def _no_such(value: str, values: Sequence[str]) -> str:
    near = get_close_matches(value, values, n=1, cutoff=0.5)
    meant = f" (did you mean {near[0]}?)" if near else ""
    return f"these runs have no such value{meant}; allowed: {', '.join(values) or 'none, they measured nothing'}"
