"""Where a training step's time goes: the share of each operation of torch in gan-train's engine, one thread.

    python -m benchmarks.operations [--nets WORD...] [--steps 50] [--top 8] [OVERRIDE...]

Times are those of torch's profiler, which itself makes small operations dearer.
"""

from collections import Counter

from torch.profiler import ProfilerActivity, profile

from benchmarks.nets import Net, asking, chosen
from gan_runner.training.allocator import keep_freed_memory


def shares(net: Net, steps: int, *words: str) -> Counter[str]:
    """Return what share of the time of ``steps`` steps each operation takes, without those that it calls."""
    parts = net.build("device=cpu", "threads=1", *words)
    for _ in range(3):
        parts.engine.step(parts.stream)
    with profile(activities=[ProfilerActivity.CPU]) as record:
        for _ in range(steps):
            parts.engine.step(parts.stream)
    parts.stream.close()
    times = Counter({event.key: event.self_cpu_time_total for event in record.key_averages()})
    whole = sum(times.values())
    return Counter({name: time / whole for name, time in times.items()})


def main() -> None:
    """Print the largest shares of each net."""
    parser = asking(__doc__, steps=50)
    parser.add_argument("--top", type=int, default=8)
    given = parser.parse_args()
    keep_freed_memory()
    for net in chosen(given.nets):
        found = shares(net, given.steps, *given.words).most_common(given.top)
        print(f"{net.name}: " + ", ".join(f"{name.removeprefix('aten::')} {share:.0%}" for name, share in found))


if __name__ == "__main__":
    main()
