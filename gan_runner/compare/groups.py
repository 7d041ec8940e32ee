"""What differs between runs, and the groups of runs that are equal but for the seed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from gan_runner.compare.runs import Run
from gan_runner.errors import UsageError, plain
from gan_runner.incidental import INCIDENTAL, LOOKING, covered, is_interval

ASIDE = ("seed", *INCIDENTAL, *LOOKING)
"""Settings that change neither what is trained nor how; besides, ``trainer.*_every`` and where the data lie."""
ORDER = ("experiment", "data", "arch", "loss", "reg", "optim")
"""Choices come first in a group's name, in this order."""


@dataclass(frozen=True)
class Group:
    """Runs that agree in the settings that make the groups; ``name`` says them, e.g. ``loss=lsgan optim=adam``."""

    name: str
    runs: tuple[Run, ...]


def trained_by(key: str) -> bool:
    """Return whether the setting ``key`` can change what a run learns, the seed apart."""
    return not (covered(key, ASIDE) or is_interval(key) or key in ("data.root", "data.images"))


def differing(runs: Sequence[Run]) -> list[str]:
    """Return the choices and settings in which ``runs`` differ but for `ASIDE`, choices first and deep keys last."""
    keys = {key for run in runs for key in (*run.choices, *run.settings) if trained_by(key)}
    differ = [key for key in keys if len({text(run, key) for run in runs}) > 1]
    return sorted(differ, key=lambda key: (ORDER.index(key) if key in ORDER else len(ORDER), key.count("."), key))


def separating(runs: Sequence[Run]) -> list[str]:
    """Return the fewest of the differing keys that tell apart all runs with different settings.

    What somebody typed is there in any case. Another key is there only if those before it leave it open: what
    ``loss=wgan`` brings along (``optim``, ``reg``, ``trainer.d_steps``, ``loss._target_``) goes without saying.
    """
    keys = differing(runs)
    typed = {key for run in runs for key in run.typed}
    chosen = [key for key in keys if key in typed]
    for key in keys:
        if key not in typed and not _follows(key, chosen, runs):
            chosen.append(key)
    return sorted(chosen, key=keys.index)


def grouped(runs: Sequence[Run], by: Sequence[str] | None = None) -> tuple[list[str], list[Group]]:
    """Return the keys that make the groups, `separating` ones unless ``by`` names them, and the groups.

    Raises: UsageError if no run has a setting that ``by`` names.
    """
    known = {key for run in runs for key in (*run.choices, *run.settings)}
    for key in by or ():
        if key not in known:
            near = get_close_matches(key, known, n=1, cutoff=0.5)
            meant = f" (did you mean {near[0]}?)" if near else ""
            raise UsageError(f"by={key}: no such setting in these runs{meant}; they differ in {_listed(runs)}")
    keys = separating(runs) if by is None else list(by)
    groups: dict[tuple[str | None, ...], list[Run]] = {}
    for run in runs:
        groups.setdefault(tuple(text(run, key) for key in keys), []).append(run)
    return keys, [Group(_name(keys, values, own), tuple(own)) for values, own in groups.items()]


def text(run: Run, key: str) -> str | None:
    """Return the run's value of a choice or setting as one types it; None where it has no such setting."""
    if key in run.choices:
        return run.choices[key]
    return shown(run.settings[key]) if key in run.settings else None


def shown(value: Any) -> str:
    """Return a setting's value as one types it: ``null``, ``true``, ``1e-05``, ``[0.5, 0.999]``."""
    return plain(value) if isinstance(value, str) else json.dumps(value, default=str)


def _follows(key: str, chosen: Sequence[str], runs: Sequence[Run]) -> bool:
    values: dict[tuple[str | None, ...], str | None] = {}
    return all(
        values.setdefault(tuple(text(run, other) for other in chosen), text(run, key)) == text(run, key) for run in runs
    )


def _name(keys: Sequence[str], values: Sequence[str | None], runs: Sequence[Run]) -> str:
    words = [f"{key}={value}" for key, value in zip(keys, values, strict=True) if value is not None]
    return " ".join(words or [f"{key}={runs[0].choices[key]}" for key in ORDER if key in runs[0].choices])


def _listed(runs: Sequence[Run]) -> str:
    return ", ".join(separating(runs)) or "nothing but the seed"
