"""Results: ``CNN.json`` and ``CNN.png``, a pair a claim, small enough to be kept with the documents."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gan_runner import atomic
from gan_runner.errors import UsageError
from gan_runner.reporting import strict_json

WORDS = ("confirmed", "refuted", "undecided")


@dataclass(frozen=True)
class Result:
    """What came of a claim: the verdict with its rule as it then was, all numbers, and what it takes to repeat it.

    Nothing in it tells the machine or the day, so that the same run gives the same file, up to ``seconds``.
    """

    claim: str
    verdict: str
    sentence: str
    key: str
    rule: str
    digest: str
    seeds: int
    command: str
    seconds: float
    versions: dict[str, str | None]
    numbers: dict[str, Any]


def write(folder: Path, result: Result, picture: bytes) -> None:
    """Write the pair at once, the JSON last: where it is, the result is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    atomic.write_bytes(folder / f"{result.claim}.png", picture)
    atomic.write_text(folder / f"{result.claim}.json", strict_json.dumps(asdict(result), indent=1) + "\n")


def read(folder: Path, claim: str) -> Result | None:
    """Return the result of ``claim``, or None if it was not run.

    Raises: UsageError if the file is damaged.
    """
    path = folder / f"{claim}.json"
    if not path.exists():
        return None
    try:
        result = Result(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise UsageError(f"{path} is damaged ({error}); {_mend(claim)}") from error
    kinds: dict[str, Any] = dict.fromkeys(("sentence", "key", "rule", "digest", "command"), str)
    kinds |= {"seeds": int, "seconds": int | float, "versions": dict, "numbers": dict}
    odd = [name for name, kind in kinds.items() if not isinstance(getattr(result, name), kind)]
    if odd or result.claim != claim or result.verdict not in WORDS:
        raise UsageError(f"{path} is damaged ({(odd or ['claim or verdict'])[0]} is odd); {_mend(claim)}")
    return result


def rounded(value: Any) -> Any:
    """Return numbers with six significant digits, in whatever nesting: what follows from them repeats exactly."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, Mapping):
        return {name: rounded(item) for name, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list | tuple) else value


def _mend(claim: str) -> str:
    return f"take it away and run gan-claim run {claim}"
