"""Run folders as a training run leaves them, written in milliseconds."""

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

WriteRun = Callable[..., Path]
DIRECTIONS = {"fid": "min", "classes": "max"}


def write_run(
    folder: Path,
    loss: str = "lsgan",
    seed: int = 0,
    fids: Sequence[float | None] = (20.0, 10.0, 5.0),
    config: Mapping[str, Any] | None = None,
    side: int = 64,
    **fields: Any,
) -> Path:
    """Write a finished run whose FID takes the values of ``fids`` at steps 100, 200, ...; other ``fields`` win."""
    (folder / ".hydra").mkdir(parents=True)
    (folder / "samples").mkdir()
    steps = [100 * (place + 1) for place in range(len(fids))]
    rows: list[dict[str, Any]] = []
    for step, fid in zip(steps, fids, strict=True):
        rows.append({"step": step, "loss/discriminator": 1 / step, "loss/generator": 0.5, "score/real": 1.0})
        rows.append({"step": step, "metric/fid": fid, "metric/classes": 10.0})
        noise = np.random.default_rng(step + seed).integers(0, 256, (side, side), dtype=np.uint8)
        Image.fromarray(noise).save(folder / "samples" / f"{step:06d}.png")
    Image.new("L", (side, side), 200).save(folder / "samples" / "real.png")
    record = {
        "status": "finished",
        "error": None,
        "step": steps[-1],
        "steps": steps[-1],
        "seed": seed,
        "choices": {"data": "mnist", "arch": "dcgan", "loss": loss, "optim": "adam", "reg": "none"},
        "data": {"name": "mnist", "count": 60000, "fingerprint": "ab12"},
        "metric": {"name": "classifier", "monitor": "fid", "directions": DIRECTIONS, "goal": {"classes": 10.0}},
        "alarms": [],
        "stopped_early": None,
        "final": {"fid": fids[-1], "classes": 10.0},
        "seconds": 60.0,
        "started": f"2026-01-01T00:00:{seed:02d}+00:00",
        "versions": {"gan-runner": metadata.version("gan-runner")},
        **fields,
    }
    settings = {
        "seed": seed,
        "name": folder.name,
        "optim": {"lr": 0.001, "generator": {"lr": "${optim.lr}"}},
        "loss": {"_target_": f"gan_runner.losses.{loss}"},
        "metric": {"_target_": "gan_runner.metrics.classifier.Classifier", "samples": 10000},
        **(config or {}),
    }
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / ".hydra" / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    (folder / ".hydra" / "overrides.yaml").write_text(
        yaml.safe_dump([f"loss={loss}", f"seed={seed}"]), encoding="utf-8"
    )
    return folder


@pytest.fixture
def run_folder(tmp_path: Path) -> WriteRun:
    """Return a function that writes the run folder of that name below ``tmp_path / "runs"``."""
    return lambda name, **settings: write_run(tmp_path / "runs" / name, **settings)
