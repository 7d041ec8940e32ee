"""From a command line to the jobs it asks for, every one composed before the first is started."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hydra.types import HydraContext
from omegaconf import DictConfig, OmegaConf, open_dict

from gan_runner.cli.app import CONFIG, conf_dir
from gan_runner.cli.paths import make_absolute
from gan_runner.construct import checked
from gan_runner.errors import UsageError
from gan_runner.sweeps.identity import data_paths, job_identity, key_of, sweep_identity, swept_keys
from gan_runner.sweeps.jobs import Job
from gan_runner.sweeps.ledger import Ledger

log = logging.getLogger(__name__)

NOT_A_JOBS = ("hydra.sweep", "hydra.run", "hydra.mode", "hydra/launcher", "hydra/sweeper", "hydra.launcher")
"""Settings of Hydra's that a sweep's command line has, and a job's does not."""


@dataclass(frozen=True)
class Wanted:
    """A job that was asked for: its overrides, its composed config, and its digest."""

    overrides: tuple[str, ...]
    config: DictConfig
    digest: str


@dataclass(frozen=True)
class Plan:
    """All that a command asks for: the jobs in order, the keys they differ in, and the identity of the sweep."""

    identity: str
    keys: tuple[str, ...]
    wanted: tuple[Wanted, ...]
    flags: tuple[str, ...]


def make_plan(context: HydraContext, base: DictConfig, jobs: Sequence[Sequence[str]]) -> Plan:
    """Compose every job. Raises Hydra's and OmegaConf's errors for words that make no config."""
    keys = swept_keys(jobs, [str(word) for word in base.hydra.overrides.task])
    keys = [key for key in keys if not _is_for_the_sweep(key)]
    wanted = []
    for overrides in jobs:
        own = tuple(word for word in overrides if not _is_for_the_sweep(key_of(word)))
        config = context.config_loader.load_sweep_config(base, list(own))
        make_absolute(config, config.hydra.runtime.cwd)
        wanted.append(Wanted(own, config, job_identity(config, keys)))
    return Plan(sweep_identity(base, keys), tuple(keys), tuple(wanted), tuple(_flags(base)))


def enter(plan: Plan, ledger: Ledger, threads: int) -> list[Job]:
    """Return the jobs of ``plan``, in order and each once, and put those that are new into ``ledger``.

    A job that the sweep has already keeps its number, its folder and its threads; a new one gets the next number.
    Raises UsageError for one whose data were elsewhere, and are there still: they may be other data.
    """
    jobs: dict[str, Job] = {}
    for one in plan.wanted:
        record = ledger.find(one.digest)
        if record is None:
            number = ledger.free_number()
            record = {"number": number, "digest": one.digest, "folder": _subfolder(one, plan.keys, number)}
            record |= {"overrides": list(one.overrides), "threads": threads}
            ledger.jobs.append(record)
        record["data"] = _same_data(record.get("data") or {}, data_paths(one.config), ledger.folder / record["folder"])
        name = " ".join(word.lstrip("+") for word in differing(one.overrides, plan.keys))
        steps = checked(one.config.trainer.steps, int, "trainer.steps")
        place = ledger.folder / record["folder"]
        jobs[one.digest] = Job(record["number"], name, one.overrides, one.digest, place, steps, record["threads"])
    same = len(plan.wanted) - len(jobs)
    if same:
        log.info("%d of %d jobs are the same as others; each is run once", same, len(plan.wanted))
    return list(jobs.values())


def differing(overrides: Sequence[str], keys: Sequence[str]) -> list[str]:
    """Return those of a job's overrides that another job of the sweep may have with another value."""
    return [word for word in overrides if key_of(word) in keys]


def _same_data(before: Mapping[str, str], now: Mapping[str, str], folder: Path) -> dict[str, str]:
    for key, path in now.items():
        old = before.get(key, path)
        if old != path and Path(old).exists():
            raise UsageError(
                f"{key}={path}: {folder} was trained on {old}, which is still there; use another name= or sweep.dir= "
                "for other data; if these are the same moved, remove the old ones"
            )
    return dict(now)


def _subfolder(one: Wanted, keys: Sequence[str], number: int) -> str:
    """Return the folder's name as ``hydra.sweep.subdir`` makes it, from the overrides that tell the jobs apart."""
    job = one.config.hydra.job
    with open_dict(one.config):
        job.num, job.id = number, str(number)
        job.override_dirname = ",".join(differing(one.overrides, keys))
    return str(one.config.hydra.sweep.subdir)


def _flags(base: DictConfig) -> list[str]:
    """Return what every job's command line begins with: the user's own config and choices, and Hydra's settings."""
    job, sources = base.hydra.job, base.hydra.runtime.config_sources
    flags = [] if job.config_name == CONFIG else ["--config-name", str(job.config_name)]
    for source in sources:
        if source.provider == "command-line":
            flags += ["--config-dir", str(source.path)]
        elif source.provider == "main" and source.path != str(conf_dir()):
            flags += ["--config-path", str(source.path)]
    words = [str(word) for word in base.hydra.overrides.hydra]
    return flags + [word for word in words if not word.lstrip("+~").startswith(NOT_A_JOBS)]


def _is_for_the_sweep(key: str) -> bool:
    key = key.lstrip("+~")
    return key in ("resume", "dry_run") or key == "sweep" or key.startswith("sweep.")


def place_given(base: DictConfig) -> tuple[Path, bool]:
    """Return the folder that the config gives the sweep, and whether somebody named it."""
    typed = any(str(word).lstrip("+").startswith("hydra.sweep.dir=") for word in base.hydra.overrides.hydra)
    named = typed or OmegaConf.select(base, "name") is not None or OmegaConf.select(base, "sweep.dir") is not None
    return Path(str(base.hydra.sweep.dir)).expanduser(), named
