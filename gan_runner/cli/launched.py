"""Whether torchrun, or something that sets the same variables, has started this process as one of several."""

import os
from collections.abc import Sequence

from gan_runner.errors import UsageError

VARIABLES = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


def launched() -> int | None:
    """Return this process's rank, from 0, or None if it is on its own."""
    if not all(os.environ.get(name) for name in VARIABLES) or int(os.environ["WORLD_SIZE"]) == 1:
        return None
    return int(os.environ["RANK"])


def refuse_sweeps(arguments: Sequence[str]) -> None:
    """Raise UsageError for a sweep, whose runs each process would compose anew."""
    if {"-m", "--multirun"} & set(arguments):
        raise UsageError("-m under torchrun: several processes train one run; leave -m out, or torchrun")
