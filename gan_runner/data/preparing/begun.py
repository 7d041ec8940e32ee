"""Which set an unfinished folder is the beginning of, and what becomes of it when that is not the set asked for."""

import contextlib
import hashlib
import json
import logging
import os
from pathlib import Path
from typing import Any

from gan_runner import lock
from gan_runner.data.encoded.base import Collection
from gan_runner.data.preparing.recipe import Recipe, describe
from gan_runner.data.preparing.store import LABELS, MANIFEST, SAMPLES
from gan_runner.errors import UsageError

JOURNAL = "journal.jsonl"
SAMPLES_PART, LABELS_PART = f"{SAMPLES}.part", "labels.part"

log = logging.getLogger(__name__)

Head = dict[str, Any]


def head_of(collection: Collection, recipe: Recipe) -> Head:
    """Return all that a prepared set depends on, as plain JSON types, without reading pictures.

    Whether broken pictures are passed over is no part of it: a set without any serves both who would and who would not.
    """
    place = os.path.abspath(os.path.expanduser(collection.place))  # names, sizes and times may be those of other files
    head = {"name": collection.name, "place": place, "source": collection.identity(), "recipe": describe(recipe)}
    plain: Head = json.loads(json.dumps(head, default=str))
    return plain


def key(head: Head) -> str:
    """Return a digest of ``head``."""
    return hashlib.sha256(json.dumps(head, sort_keys=True).encode()).hexdigest()


def line_of(head: Head) -> bytes:
    """Return the first line of the journal of the set that ``head`` describes."""
    return f"{json.dumps(head)}\n".encode()


def claim(folder: Path, head: Head) -> None:
    """See to it that what ``folder`` holds is the beginning of the set that ``head`` describes, or no beginning.

    The beginning of the same set before its files changed is removed, and that is said: it would not fit the rest.
    Raises UsageError if the folder holds the beginning of another set, or files of others.
    """
    first = _first_line(folder)
    if first == line_of(head):
        return
    begun = _parsed(first)
    if begun is not None and _same_but_files(begun, head):
        log.info("%s: the files in %s have changed since this was begun; beginning anew", folder, head["place"])
        _remove(folder)
    elif begun is not None:
        have, want = (_difference(one, other) for one, other in ((begun, head), (head, begun)))
        raise UsageError(
            f"{folder}: has the beginning of another set, with {have}, not {want}; finish that one, remove the folder, "
            "or give another out="
        )
    else:
        foreign = ([JOURNAL] if first.endswith(b"\n") else []) + [SAMPLES, LABELS]
        if named := [name for name in foreign if (folder / name).exists()]:
            raise UsageError(
                f"{folder / named[0]}: is not of the set to be prepared here; give an empty folder, out=DIR"
            )


def clear_stale(folder: Path, head: Head) -> None:
    """Remove the beginnings beside ``folder`` of the same set that nobody would finish.

    Those are from before its files changed, or from before a picture showed that its channels must be named.
    """
    for journal in folder.parent.glob(f"*/{JOURNAL}"):
        other = journal.parent
        begun = _parsed(_first_line(other))
        if other == folder or (other / MANIFEST).exists() or begun is None:
            continue
        if _settings(_with_channels(begun, head)) != _settings(head):
            continue
        with contextlib.suppress(OSError):  # another process is at it, or it cannot be removed
            with lock.hold(other):
                _remove(other)
                other.rmdir()
            log.info("the files in %s have changed since %s was begun; beginning anew", head["place"], other)


def _first_line(folder: Path) -> bytes:
    try:
        with (folder / JOURNAL).open("rb") as file:
            return file.readline()
    except OSError:
        return b""


def _parsed(line: bytes) -> Head | None:
    """Return the head that a journal's first line holds, None if it holds none."""
    with contextlib.suppress(ValueError, RecursionError):
        head: Any = json.loads(line)
        kinds = {name: type(value) for name, value in head.items()} if isinstance(head, dict) else {}
        if kinds == {"name": str, "place": str, "source": dict, "recipe": dict}:
            return dict(head)
    return None


def _settings(head: Head) -> dict[str, Any]:
    """Return all but what the files are: what a person has chosen."""
    settings = {**head["source"], **head["recipe"], "name": head["name"], "place": head["place"]}
    return {name: value for name, value in settings.items() if name != "files"}


def _same_but_files(begun: Head, head: Head) -> bool:
    return begun != head and _settings(begun) == _settings(head)


def _with_channels(begun: Head, head: Head) -> Head:
    """Return ``begun`` with the channels of ``head`` if its own were left to its first pictures."""
    if begun["recipe"].get("channels") is not None:
        return begun
    return {**begun, "recipe": {**begun["recipe"], "channels": head["recipe"]["channels"]}}


def _difference(one: Head, other: Head) -> str:
    """Return the settings of ``one`` that are not those of ``other``."""
    mine, others = _settings(one), _settings(other)
    return ", ".join(f"{name}={value}" for name, value in mine.items() if others.get(name, mine) != value)


def _remove(folder: Path) -> None:
    """Remove a beginning, the journal last: without it what else a kill leaves would be nobody's."""
    for name in (LABELS_PART, SAMPLES_PART, SAMPLES, LABELS, JOURNAL):
        (folder / name).unlink(missing_ok=True)
