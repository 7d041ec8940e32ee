"""CASIA-HWDB, handwritten Chinese characters: genuine .gnt files, or a stand-in drawn in their format."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from gan_runner import atomic, lock
from gan_runner.cachedir import cache_dir
from gan_runner.data.encoded.gnt import GntFolder
from gan_runner.data.encoded.listing import printable, require_folder, walk
from gan_runner.data.picture_set import PictureSet
from gan_runner.data.preparing.recipe import Filter, OnError, Recipe, Report
from gan_runner.data.processes import in_processes
from gan_runner.data.standins.gnt_writer import VERSION, Sheet, write
from gan_runner.data.standins.hanzi import COUNT, LICENCE
from gan_runner.data.standins.marker import (
    MARKER,
    read_marker,
    refuse_foreign,
    refuse_other,
    require_whole,
    write_marker,
)
from gan_runner.errors import UsageError

NAME = "hwdb"
STAND_IN = "hwdb stand-in"
NOTE = (
    "Characters drawn by gan_runner in the format of CASIA-HWDB, of which they are no part, along the strokes of "
    "Make Me a Hanzi, under the Arphic Public License (ARPHICPL.TXT)."
)
MOST_WRITERS = 9999

log = logging.getLogger(__name__)


def load(
    root: str | None = None,
    size: int = 28,
    fit: Literal["stretch", "pad"] = "stretch",
    resample: Filter = "bicubic",
    classes: Sequence[str] | None = None,
    limit: int | None = None,
    on_error: OnError = "stop",
) -> PictureSet:
    """Return the characters of GB 2312 level 1 in the .gnt files below ``root``, to become uint8 ``[1, size, size]``.

    ``root`` null draws 40 invented writers x 100 characters, once, and warns that they are a stand-in. ``fit``:
    ``stretch`` every character to the square, as LSGAN (arXiv 1611.04076) did at 28, or ``pad`` it with white.
    ``classes``: characters or GB codes (B0A1) to keep, numbered in this order; null: all that occur, by code.
    ``limit``: keep the first so many pictures. ``on_error``: ``stop`` at a damaged file, or ``skip`` up to 1 % of the
    pictures. Raises ValueError for settings out of range, UsageError if there are no characters.
    """
    recipe = Recipe(size, 1, fit, resample)
    if root == "":  # data.root=$UNSET, and "" would be the folder the command is typed in
        raise ValueError("root must be a folder, got nothing; null draws a stand-in")
    if root is None:
        log.warning(
            "data.root is not set: these characters are a stand-in that gan_runner draws, not CASIA-HWDB; "
            "with the genuine .gnt files give data.root=FOLDER"
        )
        root = str(render(str(cache_dir() / "standins" / f"hwdb-{VERSION}"), report=_unseen))
    folder = GntFolder(root, classes, limit, STAND_IN if is_stand_in(root) else NAME)
    return PictureSet(folder.name, (folder,), recipe, on_error)


def is_stand_in(root: str) -> bool:
    """Return whether there are drawn characters anywhere below ``root``; UsageError if drawing them was cut short."""
    top = os.path.abspath(os.path.expanduser(root))
    require_folder(top, printable(root))
    paths = list(walk(top))
    markers = [path for path in paths if os.path.basename(path) == MARKER]
    for path in markers:
        folder = Path(top, path).parent
        planned, there = read_marker(folder, "writers")["writers"], sum(1 for _ in folder.glob("*.gnt"))
        if there < planned:
            raise UsageError(
                f"{folder}: {there} of {planned} writers are drawn; type the same gan-data render again, which goes on"
            )
    return bool(markers)


def render(
    root: str, writers: int = 40, classes: int = 100, seed: int = 0, jobs: int | None = None, *, report: Report
) -> Path:
    """Draw a stand-in into the folder ``root`` and return it: a .gnt file a writer, a marker and a licence.

    Each writer writes the same ``classes`` characters, spread evenly over the 3,755 of level 1, once. What is there
    already from the same settings, or for fewer writers, is kept. ``jobs`` processes draw (None: one a core); about 1
    to 2 ms a character on one core. Raises ValueError for numbers out of range, UsageError if the folder holds anything
    else or cannot be written.
    """
    require_whole(writers=(writers, 1, MOST_WRITERS), classes=(classes, 1, COUNT), seed=(seed, 0, 2**63))
    require_whole(jobs=(1 if jobs is None else jobs, 1, 1024))
    folder = Path(os.path.expanduser(root))
    sheets = [Sheet(folder, number, classes, seed) for number in range(1, writers + 1)]
    done = 0
    settings = {"writers": writers, "classes": classes, "seed": seed, "version": VERSION}
    try:
        if _is_claimed(folder, settings) and all(sheet.path.is_file() for sheet in sheets):
            report("rendering", writers * classes, writers * classes)
            return folder
        folder.mkdir(parents=True, exist_ok=True)
        with lock.hold(folder, wait=True):
            if not _is_claimed(folder, settings):
                write_marker(folder, NOTE, settings)
                atomic.write_bytes(folder / LICENCE.name, LICENCE.read_bytes())
            missing = [sheet for sheet in sheets if not sheet.path.is_file()]
            done = writers - len(missing)
            if missing:
                log.info("drawing %d characters into %s", len(missing) * classes, folder)
            report("rendering", done * classes, writers * classes)
            for _ in in_processes(write, missing, jobs):
                done += 1
                report("rendering", done * classes, writers * classes)
    except OSError as error:
        raise UsageError(
            f"{error.filename or folder}: {error.strerror or error}, after {done} of {writers} writers; they are kept: "
            "mend that and type the same command again"
        ) from error
    return folder


def _is_claimed(folder: Path, settings: dict[str, int]) -> bool:
    """Return whether the folder is marked as a stand-in with these settings; UsageError if it holds anything else."""
    own: set[str] = set()
    held: dict[str, int] = {}
    if (folder / MARKER).exists():
        held = read_marker(folder, *settings)
        if held["writers"] > settings["writers"] or held | {"writers": 0} != settings | {"writers": 0}:
            how = "give another folder, or the same settings with as many writers or more"
            refuse_other(folder, held, settings, how)
        own = {LICENCE.name, *(Sheet(folder, number + 1, 0, 0).path.name for number in range(MOST_WRITERS))}
    refuse_foreign(folder, own)
    return held == settings and (folder / LICENCE.name).is_file()


def _unseen(what: str, done: int, total: int) -> None:
    """Show nothing: the log has said what takes its time."""
