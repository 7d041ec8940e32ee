"""The settings of a sweep, with their ranges."""

from dataclasses import dataclass
from typing import Any, Literal, cast

from omegaconf import DictConfig, OmegaConf

from gan_runner.construct import call


@dataclass(frozen=True)
class SweepSettings:
    """How a sweep is run; none of it shapes what a single run learns.

    ``dir`` is the sweep's folder (None: by ``name``, or where the same sweep lies already, or a new one); ``slots`` how
    many jobs run at a time (None: one a GPU, or as many as keep all cores busy); ``retries`` further attempts at a job
    that fails; ``on_failure="stop"`` saves and ends everything once a job has failed for good. ``samples``, ``grid``
    and ``seed`` say which points of intervals are taken (`search.expand`), ``halving`` is the part of the jobs that
    each rung of successive halving keeps one of (`halving.halve`).
    """

    dir: str | None
    slots: int | None
    retries: int
    on_failure: Literal["continue", "stop"]
    samples: int | None
    grid: int | None
    seed: int
    halving: int | None

    def __post_init__(self) -> None:
        if self.dir is not None and not self.dir.strip():
            raise ValueError("dir, got an empty word; allowed: a folder, or null for the usual place")
        if self.slots is not None and self.slots < 1:
            raise ValueError(f"slots, got {self.slots}; allowed: 1 or more, or null for what the machine can take")
        if self.retries < 0:
            raise ValueError(f"retries, got {self.retries}; allowed: 0 (a job fails once) or more")
        if self.samples is not None and self.grid is not None:
            raise ValueError(f"got samples={self.samples} and grid={self.grid}; allowed: one of them; leave one out")
        for key, least in (("samples", 1), ("grid", 2), ("halving", 2)):
            value = getattr(self, key)
            if value is not None and value < least:
                raise ValueError(f"{key}, got {value}; allowed: {least} or more, or null for none")


def sweep_settings(config: DictConfig) -> SweepSettings:
    """Return the checked settings under ``sweep`` of a composed config; UsageError, in one sentence, for wrong ones."""
    settings: SweepSettings = call(SweepSettings, cast(dict[str, Any], OmegaConf.to_container(config.sweep)), "sweep")
    return settings
