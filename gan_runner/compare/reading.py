"""A run folder's files, read with care: a stranger's, cut short by a kill, or of an older version."""

import json
import math
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from gan_runner.compare.runs import Curve, Direction, Measure, Run, Skipped
from gan_runner.errors import plain
from gan_runner.reporting.jsonl import FILE_NAME as METRICS
from gan_runner.reporting.jsonl import read_metrics
from gan_runner.reporting.runfile import KILLED, RunFile

DIRECTIONS: Mapping[str, Direction] = {"fid": "min", "kl": "min", "w1": "min", "classes": "max", "modes": "max"}
"""For runs whose run.json does not tell which way is good, as it did not always; the first that a run has decides."""
USED = ("finished", "failed")
LAST_STEP = 2**53
"""Beyond it a step is no exact float, and no step of a run."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast: 200 configs in half a second


class _FaultError(Exception):
    """Why a folder cannot be used."""


def read(folder: Path) -> Run | Skipped:
    """Return the run in ``folder``, or why it is skipped: damaged, unfinished, killed."""
    try:
        return _read(folder)
    except _FaultError as fault:
        return Skipped(folder, str(fault))
    except RecursionError:
        return Skipped(folder, "damaged: its files are nested too deeply")


def _read(folder: Path) -> Run:
    fields = RunFile.settled(folder)
    if fields is None:
        raise _FaultError("damaged: run.json holds no JSON object")
    status = _field(fields, "status", str, "")
    if status not in USED:
        raise _FaultError(_unfinished(status, fields))
    config = _config(folder / ".hydra" / "config.yaml")
    data, final = _field(fields, "data", dict, {}), _numbers(fields.get("final"))
    choices = {plain(key): plain(str(value)) for key, value in _field(fields, "choices", dict, {}).items()}
    typed = _typed(folder / ".hydra" / "overrides.yaml")
    return Run(
        folder=folder,
        failed=status == "failed",
        error=_line(fields.get("error")),
        alarms=tuple(_alarms(fields.get("alarms"))),
        stopped_early=_line(fields.get("stopped_early")),
        step=_field(fields, "step", int),
        steps=_field(fields, "steps", int),
        seed=_field(fields, "seed", int),
        seconds=_number(_field(fields, "seconds", (int, float), 0.0)),
        started=_field(fields, "started", str, ""),
        version=_line(_field(fields, "versions", dict, {}).get("gan-runner")),
        data=plain(_field(data, "name", str)),
        fingerprint=_field(data, "fingerprint", str),
        measure=_measure(fields.get("metric"), final),
        choices=choices | ({"experiment": typed["experiment"]} if "experiment" in typed else {}),
        settings=config,
        typed=typed,
        final=final,
        curves=_curves(folder / METRICS, may_be_empty=status == "failed"),
        pictures={int(path.stem): path for path in (folder / "samples").glob("*.png") if path.stem.isdecimal()},
    )


def _unfinished(status: str, fields: Mapping[str, Any]) -> str:
    where = f"at step {_line(fields.get('step'))} of {_line(fields.get('steps'))}"
    if status == "interrupted":
        return f"unfinished: interrupted {where}{', killed' if fields.get('error') == KILLED else ''}"
    if status != "running":
        return f"damaged: run.json knows no status {status!r}"
    if fields.get("host") != socket.gethostname():
        return f"unfinished: running, or killed, on another host ({_line(fields.get('host'))})"
    return "unfinished: still running"


def _field(fields: Mapping[str, Any], key: str, kind: Any, default: Any = None) -> Any:
    value = fields.get(key)
    value = default if value is None else value
    if not isinstance(value, kind):
        raise _FaultError(f"damaged: in run.json {key} is {json.dumps(value)[:60]}")
    return value


def _line(value: object) -> str:
    return "" if value is None else plain(" ".join(str(value).split()))


def _alarms(listed: object) -> Iterator[str]:
    for alarm in listed if isinstance(listed, list) else []:
        if isinstance(alarm, dict):
            yield f"step {_line(alarm.get('step'))}: {_line(alarm.get('text') or alarm.get('kind'))}"


def _measure(told: object, final: Mapping[str, float]) -> Measure | None:
    if isinstance(told, dict) and isinstance(told.get("directions"), dict):
        ways = {plain(key): way for key, way in told["directions"].items() if way in ("min", "max")}
        monitor = told.get("monitor")
        if isinstance(monitor, str) and plain(monitor) in ways:
            return Measure(plain(monitor), ways, _numbers(told.get("goal")))
    known = {key: way for key, way in DIRECTIONS.items() if key in final}
    return Measure(next(iter(known)), known, {}) if known else None


def _numbers(value: object) -> dict[str, float]:
    """Return the numbers of an object by name; null, which stands for what is not finite, as NaN."""
    named = value if isinstance(value, dict) else {}
    return {plain(str(key)): _number(item) for key, item in named.items() if item is None or _is_number(item)}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: Any) -> float:
    try:
        return math.nan if value is None else float(value)
    except OverflowError:
        return math.nan


def _curves(path: Path, may_be_empty: bool) -> dict[str, Curve]:
    try:
        rows = read_metrics(path)
    except OSError:
        rows = []
    if not rows and not may_be_empty:  # what failed before its first line is to count as a failure all the same
        raise _FaultError(f"damaged: {METRICS} is missing or holds no line of numbers")
    curves: dict[str, Curve] = {}
    for row in rows:
        for name, value in row.items():
            if name != "step" and _is_number(value) and abs(row["step"]) < LAST_STEP:
                steps, values = curves.setdefault(plain(name), ([], []))
                steps.append(int(row["step"]))
                values.append(_number(value))
    return curves


def _config(path: Path) -> dict[str, Any]:
    config = _yaml(path)
    if not isinstance(config, dict):
        raise _FaultError("damaged: .hydra/config.yaml cannot be read")
    return dict(_leaves(config))


def _leaves(node: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{plain(str(key))}.")
        else:
            yield f"{prefix}{plain(str(key))}", value


def _typed(path: Path) -> dict[str, str]:
    lines = _yaml(path)
    words = [str(line).lstrip("+~").partition("=") for line in lines] if isinstance(lines, list) else []
    return {key.partition("@")[0]: value for key, _, value in words}


def _yaml(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, _LOADER)):
            return None  # Hydra writes no aliases, and with them a few lines can stand for billions
        return yaml.load(text, _LOADER)
    except (OSError, ValueError, yaml.YAMLError):
        return None
