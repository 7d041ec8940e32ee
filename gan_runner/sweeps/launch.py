"""A sweep from its command line to its exit code."""

import logging
import os
import shlex
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from hydra.core.utils import JobReturn, JobStatus
from hydra.types import HydraContext
from omegaconf import DictConfig

from gan_runner.cli import compare
from gan_runner.cli.train import COMMAND
from gan_runner.construct import checked
from gan_runner.data.processes import cores
from gan_runner.errors import UsageError
from gan_runner.record import duration, shown
from gan_runner.reporting.progress import setup_logging
from gan_runner.sweeps import ledger as ledgers
from gan_runner.sweeps.halving import halve
from gan_runner.sweeps.jobs import Entry
from gan_runner.sweeps.plan import Plan, enter, make_plan, place_given
from gan_runner.sweeps.schedule import Schedule
from gan_runner.sweeps.settings import SweepSettings, sweep_settings
from gan_runner.sweeps.show import Show
from gan_runner.sweeps.slots import make_slots, threads_wanted
from gan_runner.training.device import pick_device
from gan_runner.training.stop import StopRequest

log = logging.getLogger(__name__)


def launch(context: HydraContext, base: DictConfig, jobs: Sequence[Sequence[str]]) -> list[JobReturn]:
    """Run the jobs of a sweep that are not finished yet, say how it went, and return a result a job.

    ``jobs`` are the overrides of each. Raises UsageError before anything is started, and SystemExit: 1 if a job has
    failed, 128 + the signal's number if one came, everything saved.
    """
    setup_logging(None)
    settings = sweep_settings(base)
    pick_device(checked(base.device, str, "device"))
    plan = make_plan(context, base, jobs)
    if settings.halving is not None and any(one.config.metric.get("_target_") is None for one in plan.wanted):
        raise UsageError(f"sweep.halving={settings.halving} with metric=none: nothing to choose by; use another metric")
    given, named = place_given(base)
    folder = ledgers.place(given, named, plan.identity)
    if checked(base.dry_run, bool, "dry_run"):
        _rehearse(folder, plan, ledgers.read(folder) or ledgers.Ledger(folder, plan.identity, [], ""))
        return [_result(one.overrides, None) for one in plan.wanted]
    with ExitStack() as held:
        stop = held.enter_context(StopRequest())
        held.enter_context(ledgers.exclusive(folder))
        entries = _run(folder, plan, base, settings, stop)
        failed = [entry for entry in entries if entry.state == "failed"]
        _compare(folder)
    if stop.signal is not None:
        raise SystemExit(stop.exit_code)
    if failed:
        raise SystemExit(1)
    values = {entry.job.digest: entry.value() for entry in entries}
    return [_result(one.overrides, values[one.digest]) for one in plan.wanted]


def _run(folder: Path, plan: Plan, base: DictConfig, settings: SweepSettings, stop: StopRequest) -> list[Entry]:
    """Enter the jobs into the sweep's ledger, run them, and return how each has ended."""
    command = shlex.join(["gan-train", *shlex.split(os.environ[COMMAND])[1:]])
    ledger = ledgers.read(folder) or ledgers.Ledger(folder, plan.identity, list(plan.keys), command)
    wanted = threads_wanted(checked(base.threads, int | None, "threads"))
    device = "cpu" if "device" in plan.keys else base.device  # jobs that name their own devices see all of them
    slots = make_slots(len(plan.wanted), settings.slots, device, wanted)
    threads = wanted or max(cores() // len(slots), 1)
    entries = [Entry(job, job.steps) for job in enter(plan, ledger, threads)]
    ledger.write()
    done = sum(entry.state == "finished" for entry in entries)
    log.info(
        "%d jobs%s, %d at a time with %d thread%s each; folder %s",
        len(entries),
        f", {done} finished before" if done else "",
        len(slots),
        threads,
        "" if threads == 1 else "s",
        shown(folder.absolute()),
    )
    began = time.monotonic()

    def train() -> bool:
        show = Show(entries)
        try:
            return Schedule(entries, slots, plan.flags, settings, show).run(stop)
        finally:
            show.close()

    if settings.halving is None:
        train()
    else:
        halve(entries, settings.halving, train)
    _close(entries, time.monotonic() - began, command)
    return entries


def _close(entries: Sequence[Entry], seconds: float, command: str) -> None:
    """Say how many jobs have ended how, the failed ones by name, and the command that does what is left to do."""
    states = ("finished", "dropped", "failed", "stopped")
    counts = {state: [entry for entry in entries if entry.state == state] for state in states}
    told = ", ".join(f"{len(found)} {state}" for state, found in counts.items() if found)
    log.info("of %d jobs %s, in %s", len(entries), told, duration(seconds))
    for entry in counts["failed"]:
        log.warning("failed: %s: %s (%s)", entry.job, entry.reason, shown(entry.job.folder.absolute()))
    if counts["failed"] or counts["stopped"]:
        log.info("what is missing, and nothing else, is run by the same command: %s", command)


def _rehearse(folder: Path, plan: Plan, ledger: ledgers.Ledger) -> None:
    """Say what would be done with each job; nothing is written."""
    words = {True: "would go on at step", False: "would start"}
    for job in enter(plan, ledger, 1):
        entry = Entry(job, job.steps)
        todo = f"{words[True]} {entry.step}" if entry.is_begun() else words[False]
        log.info("dry run, %s: %s", job, "is finished" if entry.state == "finished" else todo)
    log.info("dry run, %d jobs in %s; nothing was trained", len(plan.wanted), shown(folder.absolute()))


def _compare(folder: Path) -> None:
    try:
        compare.run([str(folder), f"out={folder}"])
    except UsageError as error:
        log.info("no comparison: %s", error)


def _result(overrides: Sequence[str], value: float | None) -> JobReturn:
    result = JobReturn(overrides=overrides, status=JobStatus.COMPLETED)
    result.return_value = value
    return result
