"""From a collection to a prepared set, and to what can be said of it."""

import contextlib
import errno
import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gan_runner import lock
from gan_runner.data.encoded.base import Broken, Collection
from gan_runner.data.preparing.begun import Head, head_of, key
from gan_runner.data.preparing.decoding import LOOKED_AT
from gan_runner.data.preparing.journal import Growing, tidy
from gan_runner.data.preparing.recipe import OnError, Recipe, Report, describe
from gan_runner.data.preparing.store import FORMAT, Prepared, in_bytes, is_prepared, open_prepared
from gan_runner.data.preparing.workers import Workers
from gan_runner.errors import UsageError

log = logging.getLogger(__name__)

TOLERATED = 0.01
"""The share of broken pictures that ``skip`` passes over: more of them is not noise but another format."""
LISTED = 20
"""Sizes of the stored pictures that the manifest lists, the commonest."""


def prepare(
    collection: Collection,
    recipe: Recipe,
    on_error: OnError,
    folder: Path,
    report: Report,
    jobs: int | None = None,
) -> Prepared:
    """Decode every picture of a collection into ``folder``, or go on where it was left, or find it done.

    Pictures are decoded by ``jobs`` processes (None: one a core) and written in the collection's order, so the result
    is the same whatever their number and however often the work was interrupted. Only one process at a time works on a
    folder; others wait; a finished one is read and nothing else. Raises UsageError if a picture is broken and may not
    be passed over, the folder holds another set, or the disk is too small or full; what is done is then kept.
    """
    head = head_of(collection, recipe)
    if is_prepared(folder):
        return _same_set(open_prepared(folder), head, on_error)
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        if not is_prepared(folder):
            with Workers(collection, recipe, jobs) as workers:
                _prepare(collection, recipe, on_error, folder, report, workers, head)
    return _same_set(open_prepared(folder), head, on_error)


def _prepare(
    collection: Collection,
    recipe: Recipe,
    on_error: OnError,
    folder: Path,
    report: Report,
    workers: Workers,
    head: Head,
) -> None:
    total, lost, done = len(collection), collection.broken, 0
    everything = total + sum(one.count for one in lost)
    refuse_broken(lost, everything, on_error)
    for note in collection.notes:
        log.info("%s: %s", collection.place, note)
    workers.start()
    decided = workers.channels()
    assert decided.channels is not None
    try:
        with contextlib.closing(Growing(folder, head, (decided.channels, recipe.size, recipe.size), report)) as growing:
            refuse_broken([*lost, *growing.broken], everything, on_error)
            _refuse_small_disk(folder, total - growing.rows, decided)
            done = 0 if growing.last is None else growing.last.first + growing.last.count
            report("preparing", done, total)
            for pixels, decoded in workers.decode(decided, growing.last):
                refuse_broken([*lost, *growing.broken, *decoded.broken], everything, on_error)
                if decoded.coloured is not None and decided != recipe:
                    raise UsageError(coloured(decoded.coloured))
                growing.append(pixels, decoded)
                done = decoded.piece.first + decoded.piece.count
                report("preparing", done, total)
            growing.finish(_manifest(collection, decided, growing) | {"key": key(head)})
    except OSError as error:
        raise _stopped(error, folder, done, total) from error


def coloured(where: str) -> str:
    """Return the sentence on a coloured picture of a set that was taken for grey."""
    return f"{where}: is in colour, but the first {LOOKED_AT} pictures are grey; set data.channels=3 (or 1)"


def refuse_broken(broken: Sequence[Broken], total: int, on_error: OnError) -> None:
    """Raise UsageError if there is a broken picture, or with ``skip`` if they are more than 1 % of ``total``."""
    count = sum(one.count for one in broken)
    if not count or (on_error == "skip" and count <= TOLERATED * total):
        return
    first = f"{broken[0].where}: {broken[0].reason}"
    if on_error == "stop":
        raise UsageError(f"{first}; mend or remove it, or pass over up to 1 % of the pictures: data.on_error=skip")
    raise UsageError(
        f"{count:,} of {total:,} pictures cannot be read, more than the 1 % that data.on_error=skip passes over; the "
        f"first is {first}; gan-data check lists them"
    )


def _manifest(collection: Collection, recipe: Recipe, growing: Growing) -> dict[str, Any]:
    broken = [*collection.broken, *growing.broken]
    return {
        "format": FORMAT,
        "name": collection.name,
        "place": collection.place,
        "source": collection.identity(),
        "recipe": describe(recipe),
        "classes": list(collection.classes),
        "skipped": sum(one.count for one in broken),
        "broken": [asdict(one) for one in broken],
        "stored_sizes": [[*size, count] for size, count in growing.sizes.most_common(LISTED)],
    }


def _same_set(prepared: Prepared, head: Head, on_error: OnError) -> Prepared:
    """Return ``prepared`` if it is what was asked for; sizes and sets are never mixed in one folder."""
    tidy(prepared.folder)
    if prepared.manifest.get("key") != key(head):
        raise UsageError(
            f"{prepared.folder} holds {prepared.shape[0]:,} pictures of {prepared.manifest['name']} at "
            f"{prepared.shape[2]} pixels, of other files or another recipe than the {head['name']} at "
            f"{head['recipe']['size']} asked for; give another out=, or remove that folder"
        )
    if prepared.skipped and on_error == "stop":
        first = "".join(f", the first {one['where']}: {one['reason']}" for one in prepared.manifest["broken"][:1])
        raise UsageError(
            f"{prepared.folder} was made with {prepared.skipped:,} broken pictures passed over{first}; mend or remove "
            "them, or accept that: data.on_error=skip"
        )
    return prepared


def _refuse_small_disk(folder: Path, pictures: int, recipe: Recipe) -> None:
    assert recipe.channels is not None
    needed = pictures * recipe.channels * recipe.size**2
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise UsageError(
            f"{folder}: {pictures:,} pictures of {recipe.size} pixels take {in_bytes(needed)} more and "
            f"{in_bytes(free)} are free; give out= on another disk, a smaller data.size or a data.limit"
        )


def _stopped(error: OSError, folder: Path, done: int, total: int) -> UsageError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    why = "the disk is full" if full else error.strerror or str(error)
    return UsageError(
        f"{error.filename or folder}: {why}, after {done:,} of {total:,} pictures; they are kept: "
        f"{'make room' if full else 'mend that'} and type the same command again"
    )


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder; wait for another process that prepares the same set, such as another run of a sweep."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(lock.hold(folder))
        except BlockingIOError:
            log.info("another process is preparing %s: waiting for it", folder)
            stack.enter_context(lock.hold(folder, wait=True))
        yield
