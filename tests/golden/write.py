"""Write the losses of short runs, to be compared with by tests/test_golden.py: python tests/golden/write.py.

Only for a change that is meant to change what is trained; the difference is then part of that change's review.
"""

import json
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))

from running import SMALL, metrics, run  # noqa: E402

POINTS = ("data=gaussian_mixture", "trainer=smoke", "logger=none", "metric=none", "data.count=1000")
RUNS = {
    "points_lsgan": POINTS,
    "points_wgan_gp": (*POINTS, "loss=wgan_gp"),
    "pictures_lsgan": (*SMALL, "metric=none"),
    "pictures_hinge_spectral": (*SMALL, "metric=none", "loss=hinge", "reg=spectral"),
}
STEPS = 20


def place() -> dict[str, str]:
    """Return what decides the last bits of a run on a CPU with one thread."""
    version = ".".join(torch.__version__.split(".")[:2])
    return {"torch": version, "cpu": f"{processor()}, {torch.backends.cpu.get_cpu_capability()}"}


def processor() -> str:
    """Return the processor's name: the libraries of matrix products choose their kernels by more than its vectors."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def losses(name: str) -> list[dict[str, Any]]:
    """Return the logged numbers of a short run."""
    with tempfile.TemporaryDirectory() as folder:
        words = (*RUNS[name], f"trainer.steps={STEPS}", "trainer.log_every=1", "trainer.sample_every=0", "threads=1")
        run(Path(folder) / name, *words)
        return metrics(Path(folder) / name)


if __name__ == "__main__":
    for name in RUNS:
        lines = ",\n".join(json.dumps(line) for line in losses(name))
        (FOLDER / f"{name}.json").write_text(f'{{"place": {json.dumps(place())}, "lines": [\n{lines}\n]}}\n', "utf-8")
