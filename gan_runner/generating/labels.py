"""Classes as they are typed, and the labels that a generator is told for them."""

from collections.abc import Sequence
from difflib import get_close_matches

import torch
from torch import Tensor

from gan_runner.errors import UsageError

SHOWN = 10


def numbers(asked: Sequence[int | str] | int | str, names: Sequence[str]) -> list[int]:
    """Return the labels of the classes ``asked`` for, each by its name in ``names`` or by its number.

    What is both is taken as a name. Raises UsageError for an unknown one, with the nearest that exists.
    """
    words = [asked] if isinstance(asked, int | str) else asked
    places = {name: number for number, name in reversed(list(enumerate(names)))}
    found = []
    for word in words:
        if str(word) in places:
            found.append(places[str(word)])
        elif str(word).isascii() and str(word).isdigit() and int(word) < len(names):
            found.append(int(word))
        else:
            close = get_close_matches(str(word), names, n=1, cutoff=0.5)
            nearest = f" (did you mean {close[0]}?)" if close else ""
            some = ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
            raise UsageError(
                f"classes={word}: no such class{nearest}; allowed: {some}, or numbers from 0 to {len(names) - 1}"
            )
    return found


def shared_out(classes: Sequence[int], count: int) -> Tensor:
    """Return labels ``[count]``: those of ``classes`` one after the other, each as often as the others or once more."""
    return torch.tensor(classes)[torch.arange(count) * len(classes) // count]
