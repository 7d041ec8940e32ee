"""A folder of drawn scenes, laid out as LSUN's: one LMDB a scene, and a marker that tells what they are."""

import logging
import os
from collections.abc import Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from gan_runner import lock
from gan_runner.data.preparing.recipe import Report
from gan_runner.data.standins.marker import (
    MARKER,
    read_marker,
    refuse_foreign,
    refuse_other,
    require_whole,
    write_marker,
)
from gan_runner.data.standins.rooms import PAINTERS, VERSION
from gan_runner.data.standins.scene_writer import write
from gan_runner.errors import UsageError

SCENES = tuple(PAINTERS)
NOTE = "Pictures drawn by gan_runner in the format of LSUN, of which they are no part: no photographs."
MOST = 10_000_000

log = logging.getLogger(__name__)


def render(
    root: str,
    scene: str | Sequence[str] = "bedroom",
    count: int = 600,
    seed: int = 0,
    jobs: int | None = None,
    *,
    report: Report,
) -> Path:
    """Draw a stand-in into the folder ``root`` and return it: ``SCENE_train_lmdb`` of each scene, and a marker.

    A scene that is there already from the same settings is kept; others can be added. ``jobs`` processes draw (None:
    one a core); a picture takes some 10 ms on one core and 14 kB. Raises ValueError for numbers out of range,
    UsageError if the folder holds anything else or cannot be written.
    """
    names = chosen(scene)
    require_whole(count=(count, 1, MOST), seed=(seed, 0, 2**63), jobs=(1 if jobs is None else jobs, 1, 1024))
    folder = Path(os.path.expanduser(root))
    settings = {"count": count, "seed": seed, "version": VERSION}
    try:
        if set(names) <= set(_held(folder, settings)) and not _missing(folder, names):
            report("rendering", len(names) * count, len(names) * count)
            return folder
        folder.mkdir(parents=True, exist_ok=True)
        with lock.hold(folder, wait=True):
            held = _held(folder, settings)
            write_marker(folder, NOTE, {"scenes": list(dict.fromkeys([*held, *names])), **settings})
            missing = _missing(folder, names)
            before = (len(names) - len(missing)) * count
            if missing:
                log.info("drawing %s pictures into %s", f"{len(missing) * count:,}", folder)
            report("rendering", before, len(names) * count)
            for one in missing:
                written = partial(_report_on, report, before, len(names) * count)
                write(folder / f"{one}_train_lmdb", one, count, seed, jobs, written)
                before += count
    except OSError as error:
        raise UsageError(
            f"{error.filename or folder}: {error.strerror or error}; mend that and type the same command again"
        ) from error
    return folder


def chosen(scene: str | Sequence[str]) -> list[str]:
    """Return the scenes asked for; ValueError if there is none, or one is unknown or named twice."""
    names = [scene] if isinstance(scene, str) else list(scene)
    allowed = f"allowed: {', '.join(SCENES)}, or a list of these"
    for name in names:
        if name not in SCENES:
            close = get_close_matches(name, SCENES, 1)
            raise ValueError(f"scene: {name} is unknown{f' (did you mean {close[0]}?)' if close else ''}; {allowed}")
        if names.count(name) > 1:
            raise ValueError(f"scene: {name} is named twice; {allowed}")
    if not names:
        raise ValueError(f"scene: the list is empty; {allowed}")
    return names


def _held(folder: Path, settings: dict[str, int]) -> list[str]:
    """Return the scenes of which the folder is marked as a stand-in; UsageError if it holds anything else."""
    held: list[str] = []
    if (folder / MARKER).exists():
        marker = read_marker(folder, "scenes", *settings)
        held = marker.pop("scenes")
        if marker != settings:
            refuse_other(folder, marker, settings, "give a new folder or those settings")
    refuse_foreign(folder, {f"{one}_train_lmdb" for one in held})
    return held


def _missing(folder: Path, names: Sequence[str]) -> list[str]:
    return [one for one in names if not (folder / f"{one}_train_lmdb").exists()]


def _report_on(report: Report, before: int, total: int, done: int) -> None:
    report("rendering", before + done, total)
