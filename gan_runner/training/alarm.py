"""Signs that a run is collapsing, looked for in what is logged anyway, and told: nothing is ever stopped for them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SPAN = 1000
"""Steps for which a sign has to be there at every logged one."""
CERTAIN = 0.999
VANISHED = 1e-3
FIRST = 20
"""Logged gradient norms whose largest is what later ones are measured by."""


@dataclass(frozen=True)
class Alarm:
    """A sign at ``step`` of ``kind`` coverage, discriminator or gradient, in one sentence."""

    step: int
    kind: str
    text: str


class Watch:
    """Looks at a run's scalars and metric values; whatever is found is told once, and again only after it was over.

    ``coverage``       a value that has a goal (classes, modes) has fallen to half of the most that was reached, or has
                       not reached half of the goal in half of the run's steps (and in 1,000)
    ``discriminator``  it has ranked the real samples above the fakes in all pairs of the logged batches for 1,000 steps
                       (for losses that tell the two apart by targets: an unbounded critic may, and is no worse for it)
    ``gradient``       that of the generator has been below a thousandth of what it was at first for 1,000 steps

    ``state`` is all it remembers, in plain values, for a checkpoint.
    """

    def __init__(self, goal: Mapping[str, float], steps: int, state: dict[str, Any]) -> None:
        self._goal = goal
        self._steps = steps
        self._peaks: dict[str, float] = state.setdefault("peaks", {})
        self._norms: list[float] = state.setdefault("norms", [])
        self._since: dict[str, int] = state.setdefault("since", {})
        self._told: list[str] = state.setdefault("told", [])

    def logged(self, step: int, scalars: Mapping[str, float]) -> list[Alarm]:
        """Return what the scalars of one logged step, with those before, give reason to say."""
        alarms = []
        if "score/ranked" in scalars:
            wins = scalars["score/ranked"] >= CERTAIN
            text = (
                f"the discriminator has told real from fake without a mistake for {SPAN:,} steps; the generator is lost"
            )
            alarms += self._lasting(step, "discriminator", wins, text)
        norm = scalars.get("grad_norm/generator", math.nan)
        if math.isfinite(norm):
            if len(self._norms) < FIRST:
                self._norms.append(norm)
            else:
                largest = max(self._norms)
                text = f"the generator's gradient has vanished: norm {norm:.1e}, up to {largest:.1e} in the beginning"
                alarms += self._lasting(step, "gradient", norm < VANISHED * largest, text)
        return alarms

    def evaluated(self, step: int, values: Mapping[str, float]) -> list[Alarm]:
        """Return what the values of an evaluation, with those before, give reason to say."""
        alarms = []
        for name, whole in self._goal.items():
            value = values[name]
            peak = self._peaks[name] = max(value, self._peaks.get(name, 0.0))
            text = f"coverage has fallen: {name} {value:g}, it was {peak:g} of {whole:g}"
            alarms += self._once(step, f"coverage {name}", peak >= 2 and value <= peak / 2, text)
            missing = step >= max(self._steps / 2, SPAN) and peak < whole / 2
            text = f"coverage does not come: {name} {value:g} of {whole:g} after {step:,} of {self._steps:,} steps"
            alarms += self._once(step, f"coverage {name} missing", missing, text)
        return alarms

    def _lasting(self, step: int, kind: str, there: bool, text: str) -> list[Alarm]:
        if not there:
            self._since.pop(kind, None)
        since = self._since.setdefault(kind, step) if there else step
        return self._once(step, kind, step - since >= SPAN, text, over=not there)

    def _once(self, step: int, sign: str, there: bool, text: str, over: bool | None = None) -> list[Alarm]:
        if there and sign not in self._told:
            self._told.append(sign)
            return [Alarm(step, sign.split()[0], text)]
        if sign in self._told and (not there if over is None else over):
            self._told.remove(sign)
        return []
