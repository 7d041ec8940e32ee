"""Which runs may stand in one ranking: those of one version, one data set and one way of measuring, each seed once."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from importlib import metadata
from typing import TypeVar

from gan_runner.compare.groups import shown, trained_by
from gan_runner.compare.runs import Run, Skipped
from gan_runner.errors import plain

T = TypeVar("T", bound=Hashable)


def comparable(runs: Sequence[Run]) -> tuple[list[Run], list[Skipped]]:
    """Return the runs that can be compared with each other, and the others with the reason.

    Of several data sets or metrics the one with the most runs stays. Of runs with equal settings and seed the last
    started stays: counted twice, one run's luck would pass for agreement.
    """
    ours = _minor(metadata.version("gan-runner"))
    skipped: list[Skipped] = []
    kept = _keep(runs, skipped, lambda run: _minor(run.version) == ours, lambda run: _version(run, ours))
    data = _most(kept, lambda run: run.fingerprint)
    name = next((run.data for run in kept if run.fingerprint == data), "")
    kept = _keep(kept, skipped, lambda run: run.fingerprint == data, lambda run: _other_data(run, name))
    metric = _most(kept, _measuring) or ()
    kept = _keep(kept, skipped, lambda run: _measuring(run) == metric, lambda run: _other_metric(run, metric))
    latest = {_identity(run): run for run in sorted(kept, key=lambda run: run.started)}
    again = lambda run: f"seed {run.seed} again: same settings and seed as {plain(latest[_identity(run)].folder.name)}"  # noqa: E731
    return _keep(kept, skipped, lambda run: latest[_identity(run)] is run, again), skipped


def _keep(
    runs: Sequence[Run], skipped: list[Skipped], good: Callable[[Run], bool], why: Callable[[Run], str]
) -> list[Run]:
    skipped += [Skipped(run.folder, why(run)) for run in runs if not good(run)]
    return [run for run in runs if good(run)]


def _most(runs: Sequence[Run], key: Callable[[Run], T]) -> T | None:
    counted = Counter(map(key, runs)).most_common(1)
    return counted[0][0] if counted else None


def _measuring(run: Run) -> tuple[str, ...]:
    """Return the metric with its settings, a word each: an FID on 2,000 samples is not one on 10,000."""
    settings = {key: shown(value) for key, value in run.settings.items() if key.startswith("metric.")}
    target = settings.pop("metric._target_", "null")
    name = "none" if target == "null" else target.rpartition(".")[0].rpartition(".")[2]
    return f"metric={name}", *(f"{key}={settings[key]}" for key in sorted(settings))


def _identity(run: Run) -> tuple[object, ...]:
    return run.seed, *sorted((key, shown(value)) for key, value in run.settings.items() if trained_by(key))


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _version(run: Run, ours: str) -> str:
    return f"of another version: gan-runner {run.version}, this is {ours}"


def _other_data(run: Run, name: str) -> str:
    same = "other content under the same name" if run.data == name else f"most here are of {name}"
    return f"of other data: {run.data} ({same})"


def _other_metric(run: Run, metric: tuple[str, ...]) -> str:
    """Name the words in which the two differ; of another metric the name alone."""
    own = _measuring(run)
    if own[0] != metric[0]:
        return f"of another metric: {own[0]} (most here have {metric[0]})"
    mine, theirs = ([word for word in these if word not in others] for these, others in ((own, metric), (metric, own)))
    return f"measured otherwise: {', '.join(mine) or 'without'} (most here have {', '.join(theirs) or 'none of it'})"
