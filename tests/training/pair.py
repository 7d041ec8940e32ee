"""Started as one of several ranks, or alone: trains each config of a file for some steps and keeps what came of it."""

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import torch

from gan_runner import ranks
from gan_runner.build import build
from gan_runner.cli.launched import launched
from gan_runner.training.loop import read


def trained(config: dict[str, Any]) -> dict[str, Any]:
    parts = build(config)
    for _ in range(parts.trainer.steps):
        scalars = read(parts.engine.step(parts.stream, observe=True))
    random = torch.get_rng_state()
    return {"networks": parts.game.networks.state_dict(), "scalars": scalars, "random": random}


def main(cases: Path, out: Path) -> None:
    with ranks.joined() if launched() is not None else contextlib.nullcontext():
        for name, config in json.loads(cases.read_text()).items():
            torch.save(trained(config), out / f"{name}-{ranks.rank()}-of-{ranks.size()}.pt")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
