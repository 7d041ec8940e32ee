"""Values that Hydra's grammar has no place for, taken as the person meant them: paths, above all."""

import json
import re
from collections.abc import Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

PLAIN = re.compile(r"[\w\-./:,=@+$%*?|\\\[\]{}'\"]*", re.ASCII)
"""Arguments of these characters alone are left to Hydra: parsing them here to see would cost a tenth of a second."""


def quote_odd_values(arguments: Sequence[str]) -> list[str]:
    """Return ``arguments`` with each ``key=value`` that Hydra cannot parse, such as ``data.root=~/a b``, quoted.

    Lists, mappings and what is in quotes already are left as they are.
    """
    return [quote_odd_value(argument) for argument in arguments]


def quote_odd_value(argument: str) -> str:
    """Return one argument, quoted if that makes it readable."""
    key, equals, value = argument.partition("=")
    if not equals or argument.startswith("-") or PLAIN.fullmatch(argument) or value[:1] in ("[", "{", "'", '"'):
        return argument
    again = f"{key}={quoted(value)}"
    return again if not readable(argument) and readable(again) else argument


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
