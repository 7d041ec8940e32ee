"""How a CPU is divided best: the same jobs of the 8-Gaussian mixture in so many slots of so many threads.

    python benchmarks/sweeps.py [--jobs 8] [--steps 1000] [--rounds 3] [--layouts 1x2 2x1 2x2]

The first layout is what the others are measured by; without any it is one job at a time with all cores. Every figure
is a median over rounds in which the layouts take turns: wall seconds of the whole command, comparison included.
Results are printed as lines of JSON.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gan_runner.data.processes import cores


def seconds(layout: str, jobs: int, steps: int) -> float:
    """Return the wall seconds of a sweep over ``jobs`` seeds in a layout such as ``2x1`` (slots x threads)."""
    slots, threads = layout.split("x")
    words = ["data=gaussian_mixture", "device=cpu", "logger=none", f"trainer.steps={steps}", f"seed=range({jobs})"]
    words += [f"sweep.slots={slots}", f"threads={threads}", "name=timed"]
    free = {key: value for key, value in os.environ.items() if key not in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "gan_runner.cli.train", "-m", *words]
        began = time.perf_counter()
        subprocess.run(command, cwd=folder, env=free, capture_output=True, check=True)
        took = time.perf_counter() - began
        assert len(list(Path(folder).glob("outputs/sweeps/timed/*/run.json"))) == jobs
    return took


def main() -> None:
    """Time the layouts in turns and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--layouts", nargs="+", default=[f"1x{cores()}", f"{cores()}x1", f"{cores()}x{cores()}"])
    options = parser.parse_args()
    times: dict[str, list[float]] = {layout: [] for layout in options.layouts}
    for _ in range(options.rounds):
        for layout, found in times.items():
            found.append(seconds(layout, options.jobs, options.steps))
            print(f"{layout}: {found[-1]:.1f} s", file=sys.stderr)
    base = statistics.median(times[options.layouts[0]])
    for layout, found in times.items():
        middle = statistics.median(found)
        line = {"layout": layout, "jobs": options.jobs, "steps": options.steps, "seconds": round(middle, 1)}
        print(json.dumps(line | {"of_first": round(middle / base, 3), "rounds": [round(one, 1) for one in found]}))


if __name__ == "__main__":
    main()
