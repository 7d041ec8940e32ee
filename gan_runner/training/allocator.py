"""Memory that a step frees stays with the process, for the next step to use."""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""The names of malloc.h for M_TRIM_THRESHOLD and M_MMAP_THRESHOLD."""
_LARGEST = 2**31 - 1


def keep_freed_memory() -> bool:
    """Tell glibc's malloc to return nothing to the system before the process ends; return whether it agreed.

    By default it maps large blocks afresh for every tensor and gives back what is free at the heap's end, so that each
    step has the system clear the same pages again: a third of the time of points' networks at batches of 512. The price
    is that memory freed after a peak is not there for other processes. Elsewhere than on glibc nothing happens.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:
        return False
    # Versions that cannot take the larger bound refuse it and take 32 MiB, half of a thread's heap.
    mapped = mallopt(_MMAP_THRESHOLD, 2**30) or mallopt(_MMAP_THRESHOLD, 2**25)
    return bool(mapped and mallopt(_TRIM_THRESHOLD, _LARGEST))
