"""Values that Hydra's grammar has no place for, taken as the person meant them: paths, above all."""

import json
import os
import re
from collections.abc import Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

PLAIN = re.compile(r"[\w\-./:,=@+$%*?|\\\[\]{}'\"]*", re.ASCII)
"""Arguments of these characters alone are left to Hydra: parsing them here to see would cost a tenth of a second."""

PATHS = (
    *("data.root", "data.images", "data.labels", "out", "sheet", "run", "checkpoint", "resume"),
    *("hydra.run.dir", "hydra.sweep.dir", "sweep.dir"),
)
"""Settings that name a file or folder."""


def quote_odd_values(arguments: Sequence[str]) -> list[str]:
    """Return ``arguments`` with each ``key=value`` that Hydra cannot parse, such as ``data.root=a (b)``, quoted.

    In a sweep (-m) the values between commas are quoted one by one. Lists, mappings and what is in quotes already are
    left as they are. In `PATHS` a ``~`` is the home folder, and numbers and commas are part of a name.
    """
    sweep = not {"-m", "--multirun"}.isdisjoint(arguments)
    return [quote_odd_value(argument, sweep) for argument in arguments]


def quote_odd_value(argument: str, sweep: bool = False) -> str:
    """Return one argument, quoted if that makes it readable."""
    key, equals, value = argument.partition("=")
    path = key.lstrip("+") in PATHS
    if not equals or argument.startswith("-") or (PLAIN.fullmatch(argument) and not path):
        return argument
    if path and value[:2] in ("'~", '"~'):
        return f"{key}={value[0]}{os.path.expanduser(value[1:])}"
    if value[:1] in ("[", "{", "'", '"') or (re.search("[({]", value) and readable(argument)):
        return argument
    words = value.split(",") if sweep else [value]
    again = f"{key}={','.join(_word(key, word, path) for word in words)}"
    return again if readable(again) else argument


def _word(key: str, word: str, path: bool) -> str:
    """Return one value as Hydra's grammar takes it."""
    word = os.path.expanduser(word) if path else word
    return quoted(word) if (path and ("," in word or _is_number(word))) or not readable(f"{key}={word}") else word


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def readable(argument: str) -> bool:
    """Return whether ``argument`` is an override in Hydra's grammar."""
    try:
        OverridesParser.create().parse_override(argument)
    except HydraException:
        return False
    return True


def quoted(value: str) -> str:
    """Return ``value`` so that Hydra's grammar reads it as one string, whatever characters it holds."""
    return json.dumps(value, ensure_ascii=False).replace("\\\\", "\\")
