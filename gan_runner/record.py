"""What run.json and the first and last line of the log say of a run."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import torch
from torch import nn

from gan_runner import ranks
from gan_runner.build import Design, Parts
from gan_runner.data.source import Source
from gan_runner.metrics.base import Metric
from gan_runner.reporting.runfile import RunFile, describe_environment
from gan_runner.training.state import RunState


class Record:
    """The ``run.json`` of a run; it says ``running`` from ``begin`` to ``end``."""

    def __init__(self, folder: Path, parts: Parts, choices: Mapping[str, str]) -> None:
        self._folder = folder
        self._parts = parts
        self._choices = dict(choices)
        self._file = RunFile(folder)

    def begin(self, step: int, command: str) -> str:
        """Write what is known before training and return a line on what is about to run.

        ``command`` is the line typed: the run's own if it is new, else one more of those that went on with it.
        """
        parts, source = self._parts, self._parts.source
        self._file.update(
            status="running",
            step=step,
            steps=parts.trainer.steps,
            choices=self._choices,
            seed=parts.run.seed,
            tags=list(parts.run.tags),
            device=str(parts.device),
            threads=torch.get_num_threads(),
            ranks=ranks.size(),
            precision=parts.run.precision,
            data={"name": source.name, "count": len(source), "fingerprint": source.fingerprint},
            parameters={name: count(network) for name, network in parts.game.networks.items()},
            pid=os.getpid(),
            started=self._file.fields.get("started", now()),
            command=self._file.fields.get("command", command),
            resumed=[*self._file.fields.get("resumed", []), command] if "command" in self._file.fields else [],
            **describe_environment(),
        )
        verb = f"resumes at step {step}" if step else "starts"
        return f"{describe(parts, source, self._choices)} {verb}; folder {shown(self._folder)}"

    def judged_by(self, metric: Metric) -> None:
        """Write what a prepared metric says of its values: which decides, which way is better, what is full marks."""
        name = type(metric).__module__.rpartition(".")[2]
        facts = {"monitor": metric.monitor, "directions": dict(metric.directions), "goal": metric.goal()}
        self._file.update(metric={"name": name, **facts, "provenance": metric.provenance()})

    def end(self, status: str, state: RunState, error: str | None = None) -> None:
        """Write how the run ended: finished, interrupted or failed."""
        self._file.update(
            status=status,
            error=error,
            step=state.step,
            seconds=round(state.seconds, 1),
            ended=now(),
            final=state.metrics or None,
            best=state.best or None,
            best_step=state.best_step,
            alarms=state.alarms,
            stopped_early=state.stopped_early,
            skipped={name: count for name, (_, count) in self._parts.engine.guard.state_dict().items() if count},
            rollbacks=state.rollbacks,
        )

    def closing_line(self, state: RunState) -> str:
        """Return one line on how good the run is and where to look."""
        metric = self._parts.metric
        verdict = f": {metric.describe(state.metrics)}" if metric is not None and state.metrics else ""
        look = f"look at {shown(self._folder / 'samples' / f'{state.step:06d}.png')}"
        if any(self._folder.glob("events.out.tfevents.*")):
            look += f", or run tensorboard --logdir {shown(self._folder.parent)}"
        early = f", {state.stopped_early}" if state.stopped_early else ""
        return f"finished {state.step} steps in {duration(state.seconds)}{early}{verdict}; {look}"

    def hparams(self) -> dict[str, str | int | float | bool]:
        """Return the settings worth a column in TensorBoard, the same keys for every run."""
        trainer, rates = self._parts.trainer, self._parts.engine.rates()
        numbers = {"seed": self._parts.run.seed, "batch_size": trainer.batch_size, "steps": trainer.steps}
        return {**self._choices, **numbers, "d_steps": trainer.d_steps, **{f"lr/{s}": r for s, r in rates.items()}}


def describe(parts: Parts | Design, source: Source, choices: Mapping[str, str]) -> str:
    """Return one phrase on what a run is made of; of ``source`` no pixels are needed."""
    names = " ".join(f"{group}={choice}" for group, choice in choices.items())
    sizes = ", ".join(f"{name} {count(network):,} weights" for name, network in parts.game.networks.items())
    threads = f", {torch.get_num_threads()} threads" if parts.device.type == "cpu" else ""
    shared = f", {ranks.size()} processes" if ranks.size() > 1 else ""
    return f"{names} on {parts.device}{threads}{shared} ({len(source):,} samples; {sizes})"


def shown(path: Path) -> str:
    """Return ``path`` as a person would type it here: relative where it lies below the current folder."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def count(network: nn.Module) -> int:
    """Return the number of trained weights."""
    return sum(weight.numel() for weight in network.parameters())


def duration(seconds: float) -> str:
    """Return e.g. ``42 s``, ``3 min 05 s`` or ``2 h 14 min``."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def now() -> str:
    """Return the wall clock as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
