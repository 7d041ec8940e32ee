"""The file that tells a folder of drawn data from genuine ones, and what they were drawn with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gan_runner import atomic
from gan_runner.data.encoded.listing import printable
from gan_runner.errors import UsageError

MARKER = "STAND-IN.json"


def require_whole(**numbers: tuple[int, int, int]) -> None:
    """Raise ValueError for the first of ``name=(given, least, most)`` that is out of its range."""
    for name, (given, least, most) in numbers.items():
        if not least <= given <= most:
            raise ValueError(f"{name} must be a whole number, got {given}; allowed {least} to {most}")


def read_marker(folder: Path, *keys: str) -> dict[str, Any]:
    """Return the settings ``keys`` of a marked folder; UsageError if the marker does not hold them."""
    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        settings = {key: marker[key] for key in keys}
        if not all(isinstance(value, int | list) for value in settings.values()):
            raise TypeError
        return settings
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        shown = printable(str(folder / MARKER))
        raise UsageError(f"{shown}: is damaged ({type(error).__name__}); render into a new folder") from error


def write_marker(folder: Path, note: str, settings: Mapping[str, Any]) -> None:
    """Mark a folder: ``note`` tells a person what its data are."""
    atomic.write_text(folder / MARKER, json.dumps({"what": note, **settings}, indent=2) + "\n")


def refuse_foreign(folder: Path, own: set[str]) -> None:
    """Raise UsageError if the folder holds anything that is neither hidden, the marker, nor one of ``own``."""
    entries = folder.iterdir() if folder.is_dir() else ()
    there = {entry.name for entry in entries if not entry.name.startswith(".")} - {MARKER, *own}
    if there:
        raise UsageError(
            f"{printable(str(folder / min(there)))}: is no part of a stand-in; give a new folder to draw into"
        )


def refuse_other(folder: Path, held: Mapping[str, Any], asked: Mapping[str, Any], how: str) -> None:
    """Raise UsageError that the folder is another stand-in than the one asked for, and ``how`` to mend it."""
    have, want = (", ".join(f"{key}={value}" for key, value in one.items()) for one in (held, asked))
    raise UsageError(f"{printable(str(folder))}: holds a stand-in with {have}, not {want}; {how}")
