"""On a GPU: gan-train's plain step against its fast path, for the benchmarks' nets and for wide ones that fill a card.

    python -m benchmarks.gpu [--rounds 5] [--seconds 2] [--nets DCGAN]

Lines of JSON: milliseconds a step with quartiles, TFLOP/s and their share of the best matrix product in the same
precision. Losses of both are compared in fp32 first, as in `benchmarks.train`. Exit code 1 if they differ, 2 without
a GPU.
"""

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch

from benchmarks.agreement import RATE, STEPS, TOLERANCE, difference, engine_losses
from benchmarks.command import Command
from benchmarks.cost import flops, matrix_peak, provenance
from benchmarks.figures import spread
from benchmarks.nets import NETS, PICTURES, Task, both
from benchmarks.train import steps_a_turn

FAST = "trainer.compile=true"
"""The word that asks for the fast path."""
PRECISIONS = {"fp32": torch.float32, "fast": torch.float32, "bf16": torch.bfloat16}
COLOUR = (*PICTURES, "data.channels=3")
WIDE = (
    Task("DCGAN 64x64 width 256", 512, "bce", (*COLOUR, "data.size=64", "arch=dcgan", *both("width=256"))),
    Task("ResNet 32x32 width 256", 512, "bce", (*COLOUR, "data.size=32", "arch=resnet", *both("width=256"))),
)


def compare(task: Task, precision: str, rounds: int, seconds: float) -> dict[str, Any]:
    """Return the figures of both paths in ``precision``, measured in turns."""
    words = ("device=cuda", f"precision={precision}")
    with ExitStack() as open_parts:
        loops: dict[str, Command] = {}
        for name, more in (("eager", ()), ("fast", (FAST,))):
            folder = Path(open_parts.enter_context(tempfile.TemporaryDirectory()))
            parts = task.build(*words, *more)
            open_parts.callback(parts.stream.close)
            loops[name] = Command(parts, folder)
            open_parts.callback(loops[name].close)
            loops[name].advance(3)
        steps = steps_a_turn(loops["eager"], seconds)
        times: dict[str, list[float]] = {name: [] for name in loops}
        for _ in range(rounds):
            for name, loop in loops.items():
                times[name].append(1e3 * loop.advance(steps) / steps)
        cost = flops(loops["eager"].step)  # the compiler's kernels cannot be counted; they are of the same products
        peak = matrix_peak(torch.device("cuda"), PRECISIONS[precision], 8192) / 1e3
    figures: dict[str, Any] = {
        "net": task.name,
        "batch": task.batch,
        "precision": precision,
        "peak_tflops": round(peak, 2),
    }
    for name, values in times.items():
        middle = spread(values)
        tflops = cost / middle.median / 1e9
        figures[name] = {
            "ms": [round(ms, 3) for ms in middle],
            "tflops": round(tflops, 2),
            "of_peak": round(tflops / peak, 3),
        }
    gain = spread([slow / fast for slow, fast in zip(times["eager"], times["fast"], strict=True)])
    return figures | {"times_as_fast": [round(one, 3) for one in gain]}


def apart(task: Task) -> float:
    """Return the largest relative difference of the two paths' losses in fp32."""
    words = ("device=cuda", "precision=fp32", f"optim.lr={RATE}")
    losses = []
    for more in ((), (FAST,)):
        parts = task.build(*words, *more)
        losses.append(engine_losses(parts, STEPS))
        parts.stream.close()
    return difference(losses[1], losses[0])


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of the plain steps' turn in a round")
    parser.add_argument("--nets", default="", help="only those with these letters in their name")
    chosen = parser.parse_args()
    if not torch.cuda.is_available():
        print("no CUDA device here: not measured", file=sys.stderr)
        return 2
    made = provenance(torch.get_num_threads()) | {"device": torch.cuda.get_device_name()}
    print(json.dumps(made), flush=True)
    code = 0
    for task in (*NETS, *WIDE):
        if chosen.nets in task.name:
            found = apart(task)
            code = code if found < TOLERANCE else 1
            print(json.dumps({"net": task.name, "losses_apart": found, "allowed": TOLERANCE}), flush=True)
            for precision in PRECISIONS:
                print(json.dumps(compare(task, precision, chosen.rounds, chosen.seconds)), flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
