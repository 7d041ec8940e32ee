"""The speed of gan-train's step, against a textbook's loop and against the best loop written by hand.

    python -m benchmarks.train [--threads N] [--nets DCGAN] [--out benchmarks/results/cpu.json] [--quick]

Five pairs of networks, three loops each in fp32 and bf16, all in one process and in turns; a figure is a median over
rounds. Freed memory stays with the process for all three loops, which favours the textbook's. bf16 is autocast. Before
that, the losses of gan-train's steps are compared with the textbook's; the exit code is 1 if they differ. A machine
with other work to do gives wrong figures: the load is in the results.
"""

import argparse
import json
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch

from benchmarks.agreement import STEPS, TOLERANCE, agreement
from benchmarks.command import Command
from benchmarks.cost import flops, matrix_peak, provenance
from benchmarks.figures import BARE, HEADER, TEXTBOOK, TRAIN, row
from benchmarks.loops import Bare, Stepper, Textbook
from benchmarks.nets import NETS, Net
from gan_runner.training.allocator import keep_freed_memory

PRECISIONS = ("fp32", "bf16")
Key = tuple[str, str]


def loops(net: Net, words: tuple[str, ...], open_parts: ExitStack) -> dict[Key, Stepper]:
    """Return the three loops in each precision, ready and warm; each has networks and data of its own."""
    found: dict[Key, Stepper] = {}
    for precision in PRECISIONS:
        parts = [net.build(f"precision={precision}", *words) for _ in range(3)]
        for one in parts:
            open_parts.callback(one.stream.close)
        folder = Path(open_parts.enter_context(tempfile.TemporaryDirectory()))
        command = Command(parts[2], folder)
        open_parts.callback(command.close)
        made: dict[str, Stepper] = {TEXTBOOK: Textbook(net, parts[0]), BARE: Bare(net, parts[1]), TRAIN: command}
        found |= {(precision, name): loop for name, loop in made.items()}
    for loop in found.values():
        loop.switches.set()
        loop.advance(2)
    return found


def steps_a_turn(loop: Stepper, seconds: float) -> int:
    """Return how many steps of ``loop`` take about ``seconds``: at least 3, whole twenties if there are more."""
    loop.switches.set()
    steps = max(3, round(seconds / (loop.advance(3) / 3)))
    return steps if steps < 20 else 20 * round(steps / 20)


def measure(net: Net, words: tuple[str, ...], rounds: int, seconds: float) -> dict[str, Any]:
    """Return what the results say of ``net``: milliseconds a step by precision and loop, one figure a round."""
    with ExitStack() as open_parts:
        racers = loops(net, words, open_parts)
        steps = steps_a_turn(racers["fp32", TEXTBOOK], seconds) if seconds else 2
        before = {key: loop.images for key, loop in racers.items()}
        times: dict[Key, list[float]] = {key: [] for key in racers}
        for turn in range(rounds):
            first = turn % len(racers)  # so that none always comes after the same one
            for key in (*list(racers)[first:], *list(racers)[:first]):
                racers[key].switches.set()
                times[key].append(1e3 * racers[key].advance(steps) / steps)
        images = {key: loop.images - before[key] for key, loop in racers.items()}
        batch = images["fp32", TEXTBOOK] // (rounds * steps)
        cost = {name: flops(racers["fp32", name].step) / batch / 1e6 for name in (TEXTBOOK, BARE, TRAIN)}

    return {
        "name": net.name,
        "batch": batch,
        "goals": net.goals._asdict(),
        "steps_a_turn": steps,
        "megaflops_per_image": cost,
        "images": by_precision(images),
        "milliseconds": by_precision(times),
    }


def by_precision(values: dict[Key, Any]) -> dict[str, dict[str, Any]]:
    """Return ``values`` by precision, then by loop."""
    nested: dict[str, dict[str, Any]] = {precision: {} for precision in PRECISIONS}
    for (precision, name), value in values.items():
        nested[precision][name] = value
    return nested


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="CPU threads of all loops")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=1.2, help="of the textbook loop's turn in a round")
    parser.add_argument("--nets", default="", help="only those with these letters in their name")
    parser.add_argument("--out", type=Path, help="file for the results")
    parser.add_argument("--quick", action="store_true", help="batches of 4, one round of 2 steps: does it work?")
    return parser.parse_args()


def main() -> int:
    """Measure, print a table line for each net, write the results; return the exit code."""
    chosen = arguments()
    os.environ["TERM"] = "dumb"  # no progress bar: it is drawn for people
    keep_freed_memory()
    words: tuple[str, ...] = ("device=cpu", f"threads={chosen.threads}")
    rounds, seconds, steps = chosen.rounds, chosen.seconds, STEPS
    if chosen.quick:
        words, rounds, seconds, steps = (*words, "trainer.batch_size=4"), 1, 0.0, 2
    results: dict[str, Any] = {"made": provenance(chosen.threads), "quick": chosen.quick}
    NETS[0].build(*words)  # puts the switches that training uses
    results["peak_gflops"] = matrix_peak(torch.device("cpu"))
    results["nets"] = []
    print(HEADER)
    for net in NETS:
        if chosen.nets in net.name:
            apart = agreement(net, *words, steps=steps)
            results["nets"].append({**measure(net, words, rounds, seconds), "agreement": apart})
            print(row(results["nets"][-1], results["peak_gflops"]), flush=True)
    if chosen.out:
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        chosen.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    apart_nets = [net["name"] for net in results["nets"] if not net["agreement"] < TOLERANCE]
    if apart_nets:
        print(f"losses differ by more than {TOLERANCE:g}: {', '.join(apart_nets)}", file=sys.stderr)
    return 1 if apart_nets else 0


if __name__ == "__main__":
    sys.exit(main())
