"""Whole commands: how soon gan-train starts, how much memory it takes, how it goes on, and beside a busy neighbour.

    python -m benchmarks.whole [--steps 200] [--rounds 3] [OVERRIDE...]

The default run, or that of the overrides, as processes of their own; results are lines of JSON, each with its goal.
The first run of all trains the network that judges samples, if it is not in the cache yet, and is not counted.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gan_runner.reporting.jsonl import read_metrics

BATCH = 64
ALONE = """
import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from gan_runner.cli.app import conf_dir, register_resolvers
register_resolvers()
with initialize_config_dir(str(conf_dir()), version_base="1.3"):
    OmegaConf.to_container(compose("config"), resolve=True)
from gan_runner.models.dcgan import Discriminator, Generator
Generator(100, (1, 28, 28)), Discriminator((1, 28, 28))
print("ready", flush=True)
"""
"""What cannot be done without: torch, the config and the default networks."""


class Ended(NamedTuple):
    """A run that ended: its highest resident memory, the seconds its steps took, and how many threads it chose."""

    gigabytes: float
    seconds: float
    threads: int


def environment() -> dict[str, str]:
    """Return the environment without what would fix the number of threads."""
    return {key: value for key, value in os.environ.items() if key not in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}


def start(folder: Path, words: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start gan-train in ``folder``."""
    command = [sys.executable, "-m", "gan_runner.cli.train", f"hydra.run.dir={folder}", *words]
    with (folder.parent / "stderr").open("wb") as errors:
        return subprocess.Popen([*command, f"trainer.batch_size={BATCH}"], env=environment(), stderr=errors)


def trained(words: Sequence[str]) -> Ended:
    """Train to the end and return what it took; RuntimeError with the command's own words if it fails."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "run"
        process = start(folder, words)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError((folder.parent / "stderr").read_text())
        threads = json.loads((folder / "run.json").read_text())["threads"]
        return Ended(usage.ru_maxrss * 1024 / 1e9, stepping(read_metrics(folder / "metrics.jsonl")), threads)


def stepping(rows: Sequence[dict[str, float]]) -> float:
    """Return the seconds that the steps took, without what was done beside them, from the rates that were logged."""
    logged = [row for row in rows if "time/images_per_second" in row]
    steps = [0, *(row["step"] for row in logged)]
    counts = [after - before for before, after in itertools.pairwise(steps)]
    return sum(BATCH * count / row["time/images_per_second"] for count, row in zip(counts, logged, strict=True))


def third_step(words: Sequence[str]) -> float:
    """Return the seconds from the start of gan-train to its third step's line in metrics.jsonl."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "run"
        began = time.perf_counter()
        process = start(folder, [*words, "trainer.steps=3"])
        numbers = folder / "metrics.jsonl"
        while not (numbers.exists() and '"step": 3' in numbers.read_text()) and process.poll() is None:
            time.sleep(0.002)
        took = time.perf_counter() - began
        if process.wait():
            raise RuntimeError((folder.parent / "stderr").read_text())
        return took


def bare_start() -> float:
    """Return the seconds from the start of Python until torch, the config and the networks are there."""
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", ALONE], env=environment(), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return time.perf_counter() - began


def medians(rounds: int, works: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Return the median of what each of ``works`` returns, done in turns."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(work())
    return {name: round(statistics.median(values), 3) for name, values in found.items()}


def beside_a_neighbour(words: Sequence[str]) -> float:
    """Return the seconds that the steps take while another process keeps a core busy."""
    neighbour = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        return trained(words).seconds
    finally:
        neighbour.kill()
        neighbour.wait()


def tell(what: str, **result: Any) -> None:
    """Print a result."""
    print(json.dumps({"what": what, **result}), flush=True)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("overrides", nargs="*")
    chosen = parser.parse_args()
    words, short = chosen.overrides, [*chosen.overrides, f"trainer.steps={chosen.steps}"]
    third_step(words)

    quiet = [*words, "metric=none", "threads=1"]
    works = {"bare": bare_start, "default": lambda: third_step(words), "unjudged": lambda: third_step(quiet)}
    found = medians(chosen.rounds, works)
    tell("seconds to the third step", **found, of_bare=round(found["default"] / found["bare"], 2), goal=1.3)

    few, many = [trained(short) for _ in range(chosen.rounds)], trained([*words, f"trainer.steps={10 * chosen.steps}"])
    peak = max(one.gigabytes for one in few)
    tell("peak memory, GB", few=round(peak, 3), many=round(many.gigabytes, 3), goal=1.2)
    longer = many.seconds / statistics.median(one.seconds for one in few)
    threads = [*(one.threads for one in few), many.threads]
    tell("ten times the steps", times_the_seconds=round(longer, 2), threads=threads, goal=10)

    works = {"one_thread_alone": lambda: trained([*short, "threads=1"]).seconds}
    found = medians(chosen.rounds, works | {"beside_a_neighbour": lambda: beside_a_neighbour(short)})
    ratio = found["beside_a_neighbour"] / found["one_thread_alone"]
    tell("beside a busy neighbour", **found, of_alone=round(ratio, 2), goal=1.15)


if __name__ == "__main__":
    main()
