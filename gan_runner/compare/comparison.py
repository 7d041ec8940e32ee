"""From paths to all that a comparison knows."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gan_runner.compare.groups import differing, grouped
from gan_runner.compare.reading import read
from gan_runner.compare.results import Ranking, rank
from gan_runner.compare.runs import Run, Skipped, find
from gan_runner.compare.selection import comparable
from gan_runner.errors import UsageError, plain


@dataclass(frozen=True)
class Comparison:
    """Ranked groups of comparable runs, the folders that were not used, and the keys that differ and that make groups.

    ``home`` is the folder that all of them lie in; runs are named as seen from there.
    """

    home: Path
    ranking: Ranking
    skipped: tuple[Skipped, ...]
    keys: tuple[str, ...]
    differing: tuple[str, ...]

    @property
    def runs(self) -> list[Run]:
        """The compared runs, in the order of the ranking, of a group by seed."""
        return [run for row in self.ranking.rows for run in sorted(row.group.runs, key=lambda run: run.seed)]

    def name(self, folder: Path) -> str:
        """Return a run's folder as seen from `home`."""
        return plain(os.path.relpath(folder, self.home))


def compare(
    paths: Sequence[Path], by: Sequence[str] | None = None, value: str | None = None, success: str | None = None
) -> Comparison:
    """Return the comparison of all runs at or below ``paths``; the other arguments are those of `grouped` and `rank`.

    Raises: UsageError if there is no run that can be used, or an argument names what the runs do not have.
    """
    folders = find(paths)
    if not folders:
        raise UsageError(f"no run below {_listed(paths)}: none has a run.json; give run folders or folders of them")
    loaded = [read(folder) for folder in folders]
    runs, other = comparable([one for one in loaded if isinstance(one, Run)])
    skipped = sorted([one for one in loaded if isinstance(one, Skipped)] + other, key=lambda one: str(one.folder))
    if not runs:
        raise UsageError(
            f"none of {len(folders)} run folders below {_listed(paths)} can be used; the first, "
            f"{plain(str(skipped[0].folder))}, is {skipped[0].reason}; give runs that finished"
        )
    keys, groups = grouped(runs, by)
    ranking = rank(groups, value, success)
    return Comparison(_home(folders), ranking, tuple(skipped), tuple(keys), tuple(differing(runs)))


def _home(folders: Sequence[Path]) -> Path:
    return folders[0].parent if len(folders) == 1 else Path(os.path.commonpath(folders))


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join(plain(str(path)) for path in paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
