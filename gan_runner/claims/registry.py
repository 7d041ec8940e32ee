"""Which claims there are: a file each, ``cNN_name.py``, whose first line tells number, kind and text."""

import ast
import importlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gan_runner.errors import UsageError

if TYPE_CHECKING:
    from gan_runner.claims.claim import Claim

KINDS = ("theory", "training")


@dataclass(frozen=True)
class Entry:
    """A claim as the list shows it; ``load`` imports the rest, and with it torch."""

    id: str
    kind: Literal["theory", "training"]
    text: str
    module: str

    def load(self) -> "Claim":
        """Return the claim itself."""
        claim: Claim = importlib.import_module(f"{__package__}.{self.module}").CLAIM
        return claim


@cache
def entries() -> dict[str, Entry]:
    """Return all claims by their ids, in order, from the first lines of their files; nothing is imported."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("c[0-9][0-9]_*.py")):
        first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]
        told = re.fullmatch(r"(C\d\d), (theory|training): (.+)", first)
        assert told is not None, f"{path.name} must begin with a line like 'C01, theory: what is claimed.'"
        found[told[1]] = Entry(told[1], told[2], told[3][0].upper() + told[3][1:], path.stem)  # type: ignore[arg-type]
    return found


def choose(words: Sequence[str]) -> list[Entry]:
    """Return the claims that ``words`` name, each once: ids, ``theory``, ``training`` or ``all``.

    Raises: UsageError for a word that names none, or no word.
    """
    known = entries()
    chosen: dict[str, Entry] = {}
    for word in words:
        if word in (*KINDS, "all"):
            chosen |= {entry.id: entry for entry in known.values() if word in (entry.kind, "all")}
        elif word.upper() in known:
            chosen[word.upper()] = known[word.upper()]
        else:
            raise UsageError(f"claim {word}: there is none; allowed: {', '.join(known)}, theory, training, all")
    if not chosen:
        raise UsageError(f"no claim given; allowed: {', '.join(known)}, theory, training, all; e.g. gan-claim run C05")
    return list(chosen.values())
