"""How many CPU threads a run gets: all there are or one, whichever takes its first steps in less time."""

import time
from collections.abc import Callable

import torch

ROUNDS = 8
SECONDS = 1.0
"""Rounds are ended early after this: a step may take seconds itself."""
CLEAR = 1.25
"""After two rounds a ratio beyond this decides: the start of a run is no place for statistics."""
GAIN = 0.95
"""Threads that gain less than a twentieth are not worth the core that they keep from others."""


def choose_threads(step: Callable[[], object], most: int, clock: Callable[[], float] = time.perf_counter) -> int:
    """Take trial steps with ``most`` threads and with one, in turns, and set torch to the better; return that number.

    Where another process keeps a core busy, threads wait for each other at every operation: two then take three times
    as long as one, and more the more neighbours there are. Nobody knows beforehand.
    """
    if most == 1:
        return 1
    spent = {most: 0.0, 1: 0.0}
    for threads in spent:
        torch.set_num_threads(threads)
        step()  # what is set up once is not counted
    began = clock()
    for played in range(1, ROUNDS + 1):
        for threads in spent:
            torch.set_num_threads(threads)
            start = clock()
            step()
            spent[threads] += clock() - start
        low, high = sorted(spent.values())
        if clock() - began > SECONDS or (played >= 2 and high > CLEAR * low):
            break
    chosen = most if spent[most] < GAIN * spent[1] else 1
    torch.set_num_threads(chosen)
    return chosen
