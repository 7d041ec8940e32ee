"""Reading a whole collection as preparing would, keeping nothing but what is to be said of it."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gan_runner.data.encoded.base import Broken, Collection
from gan_runner.data.preparing.decoding import Sizes
from gan_runner.data.preparing.recipe import Recipe, Report
from gan_runner.data.preparing.workers import Workers

SHOWN = 100
"""Pictures kept for the contact sheet, spread evenly."""


@dataclass
class Survey:
    """What a collection holds; of its records ``broken`` cannot be read.

    ``recipe`` has its channels decided; ``labels`` counts the pictures of each label; ``sizes`` those of each stored
    (width, height, mode); ``shown`` are some pictures, decoded, uint8 ``[C, S, S]``. ``coloured`` names the first
    picture in colour of a set that its first pictures let pass for grey: preparing will not have it.
    """

    recipe: Recipe
    classes: tuple[str, ...]
    broken: list[Broken] = field(default_factory=list)
    labels: Counter[int] = field(default_factory=Counter)
    sizes: Sizes = field(default_factory=Counter)
    shown: list[NDArray[np.uint8]] = field(default_factory=list)
    coloured: str | None = None

    @property
    def pictures(self) -> int:
        """The number of pictures that can be read."""
        return sum(self.sizes.values())


def survey(collection: Collection, recipe: Recipe, report: Report, jobs: int | None = None) -> Survey:
    """Decode every picture and return what was found; UsageError if the set as a whole cannot be read."""
    total = len(collection)
    wanted = set(np.linspace(0, total - 1, min(SHOWN, total)).astype(int).tolist())
    with Workers(collection, recipe, jobs) as workers:
        workers.start()
        found = Survey(workers.channels(), collection.classes, list(collection.broken))
        for pixels, decoded in workers.decode(found.recipe):
            first, count = decoded.piece.first, decoded.piece.count
            found.broken += decoded.broken
            if found.recipe != recipe:
                found.coloured = found.coloured or decoded.coloured
            found.sizes.update(decoded.sizes)
            found.labels.update(decoded.labels[decoded.labels >= 0].tolist())
            chosen = [at - first for at in sorted(wanted & set(range(first, first + count)))]
            found.shown += [pixels[at].copy() for at in chosen if at < len(pixels)]
            report("checking", first + count, total)
    return found
