"""What a checkpoint costs: beside torch.save and torch.load alone, and in training that goes on meanwhile.

    python benchmarks/checkpoints.py [--rounds 15] [OVERRIDE...]

The default networks, or those of the overrides. Times are medians over rounds in which what is compared takes turns;
results are lines of JSON. The files lie under outputs/, on the disk where runs lie.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from gan_runner.build import Parts, build
from gan_runner.cli.app import conf_dir, register_resolvers
from gan_runner.training.checkpoint import Checkpoints, load, save
from gan_runner.training.saver import Saver
from gan_runner.training.state import RunState, capture

STEPS = 12
"""Steps after a save in which a write that goes on beside them can be felt."""


def parts_of(overrides: list[str]) -> Parts:
    """Build the default run on made-up data, so that nothing need be fetched."""
    register_resolvers()
    with initialize_config_dir(str(conf_dir()), version_base="1.3"):
        config: Any = OmegaConf.to_container(compose("config", ["data=fake", "metric=none", *overrides]), resolve=True)
    return build(config)


def medians(works: dict[str, Callable[[], object]], folder: Path, rounds: int) -> dict[str, float]:
    """Return the median milliseconds of each of ``works``, done in turns; each writes a new file, ``folder``/new.pt."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            for old in folder.glob("new.pt*"):  # a run's checkpoint is a new file, and freeing an old one takes time
                old.unlink()
            start = time.perf_counter()
            work()
            times[name].append(1e3 * (time.perf_counter() - start))
    return {name: statistics.median(values) for name, values in times.items()}


def durable_save(content: dict[str, Any], path: Path) -> None:
    """Save as torch does, and have it on the disk."""
    with path.open("wb") as file:
        torch.save(content, file)
        file.flush()
        os.fsync(file.fileno())


def throughput(content: dict[str, Any], folder: Path, rounds: int) -> None:
    """Compare saving and loading with torch's own."""
    torch.save(content, folder / "torch.pt")
    save(folder / "ours.pt", content)
    found = medians(
        {
            "torch_save": lambda: torch.save(content, folder / "new.pt"),
            "torch_save_and_fsync": lambda: durable_save(content, folder / "new.pt"),
            "save": lambda: save(folder / "new.pt", content),
            "torch_load": lambda: torch.load(folder / "torch.pt", weights_only=True),
            "load": lambda: load(folder / "ours.pt"),
        },
        folder,
        rounds,
    )
    tell(
        what="milliseconds",
        megabytes=round((folder / "ours.pt").stat().st_size / 1e6, 1),
        **{name: round(value, 1) for name, value in found.items()},
        save_over_torch_save=round(found["save"] / found["torch_save"], 2),
        save_over_torch_save_and_fsync=round(found["save"] / found["torch_save_and_fsync"], 2),
        load_over_torch_load=round(found["load"] / found["torch_load"], 2),
    )


def stall(parts: Parts, folder: Path, rounds: int) -> None:
    """Measure how long training waits for a save, and how much longer steps take while it is written."""
    waits, plain, beside = [], [], []
    step = 0
    with Saver(Checkpoints(folder / "checkpoints", 2), 0) as saver:
        for _ in range(rounds):
            for saving in (False, True):
                start = time.perf_counter()
                if saving:
                    step += 1
                    saver.finish()
                    saver.begin(step, capture(parts.engine, parts.stream, RunState(step=step)), None)
                    waits.append(1e3 * (time.perf_counter() - start))
                    start = time.perf_counter()
                for _ in range(STEPS):
                    parts.engine.step(parts.stream)
                (beside if saving else plain).append(1e3 * (time.perf_counter() - start))
    tell(
        what="training",
        threads=torch.get_num_threads(),
        step_milliseconds=round(statistics.median(plain) / STEPS, 2),
        waits_milliseconds=round(statistics.median(waits), 2),
        longest_wait_milliseconds=round(max(waits), 2),
        steps_beside_a_write_milliseconds_more=round(statistics.median(beside) - statistics.median(plain), 2),
    )


def tell(**result: Any) -> None:
    """Print a result."""
    print(json.dumps(result), flush=True)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("overrides", nargs="*")
    chosen = parser.parse_args()
    parts = parts_of(chosen.overrides)
    for _ in range(3):
        parts.engine.step(parts.stream)
    outputs = Path("outputs")
    outputs.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=outputs) as folder:
        throughput(capture(parts.engine, parts.stream, RunState()), Path(folder), chosen.rounds)
        stall(parts, Path(folder), chosen.rounds)


if __name__ == "__main__":
    main()
