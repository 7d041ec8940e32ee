"""The settings of a sweep, with their ranges."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class SweepSettings:
    """How a sweep is run; none of it shapes what a single run learns.

    ``dir`` is the sweep's folder (None: by ``name``, or where the same sweep lies already, or a new one); ``slots`` how
    many jobs run at a time (None: one a GPU, or as many as keep all cores busy); ``retries`` further attempts at a job
    that fails; ``on_failure="stop"`` saves and ends everything once a job has failed for good.
    """

    dir: str | None
    slots: int | None
    retries: int
    on_failure: Literal["continue", "stop"]

    def __post_init__(self) -> None:
        if self.dir is not None and not self.dir.strip():
            raise ValueError("dir, got an empty word; allowed: a folder, or null for the usual place")
        if self.slots is not None and self.slots < 1:
            raise ValueError(f"slots, got {self.slots}; allowed: 1 or more, or null for what the machine can take")
        if self.retries < 0:
            raise ValueError(f"retries, got {self.retries}; allowed: 0 (a job fails once) or more")
