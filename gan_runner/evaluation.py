"""A trained run scored again, exactly as its training would: what `gan-eval` does."""

import hashlib
import json
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gan_runner import atomic
from gan_runner.construct import call, construct
from gan_runner.data.source import Source
from gan_runner.datachoice import at_hand, load_data
from gan_runner.errors import UsageError
from gan_runner.metrics.base import Metric
from gan_runner.record import now, shown
from gan_runner.reporting import strict_json
from gan_runner.reporting.counter import Counter
from gan_runner.reporting.runfile import RunFile, describe_environment
from gan_runner.trained import Trained, Weights
from gan_runner.training.device import configure
from gan_runner.training.evaluator import Evaluator

log = logging.getLogger(__name__)

FILE_NAME = "eval.json"


@dataclass(frozen=True)
class Settings:
    """What of a run is scored, and how; null in ``weights``, ``device`` and ``threads`` stands for those of the run."""

    run: str
    checkpoint: str
    weights: Weights | None
    device: str | None
    threads: int | None

    def __post_init__(self) -> None:
        if self.threads is not None and self.threads < 1:
            raise ValueError(f"threads, got {self.threads}; allowed: 1 or more, or null for as many as the run had")


@dataclass(frozen=True)
class Request:
    """What the command line asked for, in ``command``.

    ``metric`` is a metric's settings, or None for the run's own, of which ``changes`` replace some; ``data`` says where
    the data lie now, by key.
    """

    settings: Mapping[str, Any]
    metric: Mapping[str, Any] | None
    changes: Mapping[str, Any]
    data: Mapping[str, str]
    command: str


def evaluate(request: Request) -> Iterator[str]:
    """Score the run, yield the lines to be printed, and add the result to its ``eval.json``: last, as that may fail."""
    settings = call(Settings, request.settings, "")
    trained = Trained(settings.run, settings.checkpoint, settings.device, settings.weights)
    config = trained.config
    threads = settings.threads or trained.threads
    configure(trained.device, config["precision"], config["deterministic"], threads)
    node = {**config["metric"], **request.changes} if request.metric is None else dict(request.metric)
    metric = build_metric(node)
    source = same_data({**config["data"], **request.data}, trained)
    metric.check(source)
    evaluator = Evaluator(metric, trained.sampler())
    file = trained.folder / FILE_NAME
    evaluations(file)  # if it is damaged, that is told before hours of work, not after
    digest = hashlib.sha256(trained.file.read_bytes()).hexdigest()  # a run still training may replace the file
    evaluator.prepare(source, trained.device)
    log.info(
        "step %d of %s, %s weights: %s", trained.step, shown(trained.folder), trained.weights, evaluator.announcement()
    )
    start = time.monotonic()
    values = evaluator.evaluate()
    entry = {
        "metric": node,
        "checkpoint": trained.file.name,
        "checkpoint_sha256": digest,
        "step": trained.step,
        "weights": trained.weights,
        "device": str(trained.device),
        "threads": threads,
        "precision": config["precision"],
        "values": values,
        "monitor": metric.monitor,
        "seed": trained.sampler().seed,
        "provenance": metric.provenance(),
        "data": {"fingerprint": source.fingerprint, "count": len(source), "settings": config["data"]},
        "seconds": round(time.monotonic() - start, 1),
        "evaluated": now(),
        "command": request.command,
        **describe_environment(),
    }
    width = max(map(len, values))
    yield from (f"{name:{width}}  {value:.6g}" for name, value in values.items())
    yield from (metric.describe(values), *against_training(trained, node, values))
    keep(file, entry)
    yield f"added to {shown(file)}"


def build_metric(node: Mapping[str, Any]) -> Metric:
    """Return the metric that ``node`` describes."""
    if not node.get("_target_"):
        raise UsageError("metric=none scores nothing; choose one, e.g. metric=classifier, metric=modes")
    metric: Metric = construct(node, "metric", Metric)
    return metric


def same_data(node: Mapping[str, Any], trained: Trained) -> Source:
    """Return the data of the run; UsageError if they are no longer those that it was trained on."""
    data = at_hand(load_data(node))
    if not isinstance(data, Source):
        with Counter() as counter:
            data = data.source(counter)
    if data.fingerprint != trained.fingerprint:
        raise UsageError(
            f"data: those of {data.name} are not what {trained.folder} was trained on (their fingerprints differ); "
            "say where they lie now with data.root=DIR"
        )
    return data


def keep(file: Path, entry: dict[str, Any]) -> None:
    """Add an evaluation to ``eval.json``, in place of an earlier one of the same thing in the same way."""
    what = ("metric", "checkpoint_sha256", "weights", "device", "threads")
    others = [other for other in evaluations(file) if any(other.get(key) != entry[key] for key in what)]
    atomic.write_text(file, strict_json.dumps({"evaluations": [*others, entry]}, indent=2) + "\n")


def evaluations(file: Path) -> list[dict[str, Any]]:
    """Return the evaluations kept in ``eval.json``; none if it is missing, and UsageError if it is damaged."""
    try:
        return [
            entry for entry in json.loads(file.read_text(encoding="utf-8"))["evaluations"] if isinstance(entry, dict)
        ]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"{file} is damaged ({error}); move it away, then score again") from error


def against_training(trained: Trained, node: Mapping[str, Any], values: Mapping[str, float]) -> list[str]:
    """Return a line on whether the run's own final values were repeated, if these are of the same thing."""
    record = RunFile.settled(trained.folder) or {}
    final = record.get("final")
    sampled = "raw" if trained.config["trainer"]["ema"] is None else "average"
    if not final or (record.get("step"), sampled, trained.config["metric"]) != (trained.step, trained.weights, node):
        return []
    if final == values:
        return ["the run's own final values, repeated exactly"]
    apart = [f"{name} {final.get(name)}" for name in values if final.get(name) != values[name]]
    return [f"not what the run itself ended with: {', '.join(apart)} (device, threads or versions differ)"]
