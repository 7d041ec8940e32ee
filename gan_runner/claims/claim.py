"""What a claim is: a sentence from a source, how it is measured, and a rule, fixed beforehand, for the verdict."""

import hashlib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from matplotlib.axes import Axes

from gan_runner.claims.sweep import cell
from gan_runner.compare.runs import Run

Numbers = dict[str, Any]
"""What was measured, as JSON holds it: single values by readable names, which make the table; lists for the figure."""
Word = Literal["confirmed", "refuted", "undecided"]


@dataclass(frozen=True)
class Bench:
    """What a measurement works with: how many ``seeds``, and the folder of runs that claims share.

    ``share`` is the part of every training's steps that is done: 1, or less in tests.
    """

    seeds: int
    runs: Path
    share: float = 1.0

    def steps(self, wanted: int) -> int:
        """Return how many of the ``wanted`` steps are done."""
        return max(1, round(self.share * wanted))

    def sweep(self, experiment: str, overrides: Sequence[str], steps: int) -> list[Run]:
        """Return a run a seed of conf/experiment/``experiment``, trained for its ``steps`` where it was not yet."""
        return cell(self.runs, experiment, [*overrides, f"trainer.steps={self.steps(steps)}"], self.seeds)


@dataclass(frozen=True)
class Claim:
    """A claim; its text and its kind are the first line of its file.

    ``source`` says who claims it and where, ``method`` what is done, ``rule`` when the claim holds. ``decide`` is that
    rule as code, and must find all it needs in its own lines and the numbers: the digest of both is kept with a result.
    ``key`` gives the number that decides, with its interval, ``say`` the verdict in a sentence, ``draw`` the figure.
    ``seeds`` is how many are usual, 0 if the claim is exact; ``seconds`` what that costs on one thread.
    """

    source: str
    method: str
    rule: str
    measure: Callable[[Bench], Numbers]
    decide: Callable[[Numbers], Word]
    key: Callable[[Numbers], str]
    say: Callable[[Numbers], str]
    draw: Callable[[Numbers, Axes], None]
    seeds: int = 0
    seconds: float = 1.0

    @property
    def digest(self) -> str:
        """The digest of the rule, in words and in code without its white space."""
        code = "".join(inspect.getsource(self.decide).split())
        return hashlib.sha256(f"{self.rule}\n{code}".encode()).hexdigest()[:16]

    def cost(self, seeds: int) -> float:
        """Return the seconds that so many seeds may take."""
        return self.seconds * seeds / self.seeds if self.seeds else self.seconds
