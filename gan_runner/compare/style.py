"""One look for all charts: it reads in grey print and for colour-blind readers, with every axis in words and units."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """How a group is drawn wherever it appears: colour, dashes in line widths (none: solid) and marker."""

    colour: str
    dashes: tuple[float, ...]
    marker: str


STYLES = (
    Style("#0072B2", (), "o"),
    Style("#D55E00", (5, 1.5), "s"),
    Style("#009E73", (1.2, 1.2), "^"),
    Style("#CC79A7", (6, 1.5, 1.2, 1.5), "D"),
    Style("#000000", (2.5, 1.5), "v"),
    Style("#E69F00", (8, 1.5, 2.5, 1.5), "P"),
    Style("#56B4E9", (3, 1, 1, 1, 1, 1), "X"),
)
"""The colours are those of Okabe and Ito (2008), which readers of every kind of colour vision tell apart."""
OTHERS = Style("#A0A0A0", (), "")
"""For groups beyond the first seven: more lines than that nobody tells apart."""

WORDS = {
    "fid": "FID on classifier features",
    "kl": "KL divergence (nats)",
    "classes": "classes covered",
    "confidence": "classifier's confidence (0 to 1)",
    "modes": "modes reached",
    "high_quality": "share within 3 sd (0 to 1)",
    "occupied": "modes occupied",
    "w1": "Wasserstein-1 (points' units)",
    "loss/discriminator": "discriminator's loss",
    "loss/generator": "generator's loss",
    "loss/wasserstein": "score, real less generated",
    "score/real": "score of real (mean)",
    "score/fake": "score of generated (mean)",
    "grad_norm/discriminator": "discriminator's gradient (L2)",
    "grad_norm/generator": "generator's gradient (L2)",
}
STEP = "step (rounds of play)"


def style_of(place: int) -> Style:
    """Return the style of the group in that place of the ranking, from 0."""
    return STYLES[place] if place < len(STYLES) else OTHERS


def in_order(names: Iterable[str]) -> list[str]:
    """Return names of curves as `WORDS` lists them, real before fake; those it does not know last."""
    known = list(WORDS)
    short = {name: name.removeprefix("metric/") for name in names}
    return sorted(short, key=lambda name: (known.index(short[name]) if short[name] in known else len(known), name))


def words(name: str) -> str:
    """Return what a curve shows, with its unit; a name that is not known stands for itself."""
    return WORDS.get(name.removeprefix("metric/"), name.removeprefix("metric/"))
