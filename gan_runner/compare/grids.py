"""The runs' pictures of samples at common steps, small enough that a page of 200 runs stays under 20 MB."""

import base64
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gan_runner.compare.runs import Run

BUDGET = 10_000_000
"""Bytes for all pictures together, before base64 makes four out of three."""
SIDES = ((150, 320), (300, 280), (10_000, 240))
"""Up to how many pictures, how many pixels wide each is at most."""
MOST = 600
"""Pictures of a page: the more runs, the fewer steps."""
FRAMES = 12


@dataclass(frozen=True)
class Grids:
    """Pictures as URLs: ``frames`` by run, one a step (None where the run had none yet), and the ``real`` samples."""

    steps: tuple[int, ...]
    frames: Mapping[Path, tuple[str | None, ...]]
    real: str | None


def grids(runs: Sequence[Run]) -> Grids:
    """Return the pictures of ``runs`` at up to 12 steps that many of them share, re-encoded to fit the budget.

    Where a run has no picture of a step, the latest before it stands there. Pictures that cannot be read are left out.
    """
    steps = common_steps(runs)
    files = {run.folder: tuple(_latest(run, step) for step in steps) for run in runs}
    wanted = {path for row in files.values() for path in row if path is not None}
    real = next((path for run in runs if (path := run.folder / "samples" / "real.png").is_file()), None)
    encoded = _encoded(sorted(wanted | ({real} if real else set())))
    urls = {path: "data:image/webp;base64," + base64.b64encode(data).decode() for path, data in encoded.items()}
    frames = {folder: tuple(urls.get(path) if path else None for path in row) for folder, row in files.items()}
    return Grids(steps, frames, urls.get(real) if real else None)


def common_steps(runs: Sequence[Run]) -> tuple[int, ...]:
    """Return steps with pictures, evenly spread, the last one among them."""
    every = sorted({step for run in runs for step in run.pictures})
    count = min(len(every), FRAMES, max(1, MOST // max(1, len(runs))))
    return tuple(every[math.ceil(len(every) * (place + 1) / count) - 1] for place in range(count))


def _latest(run: Run, step: int) -> Path | None:
    before = [own for own in run.pictures if own <= step]
    return run.pictures[max(before)] if before else None


def _encoded(paths: Sequence[Path]) -> dict[Path, bytes]:
    side, quality = next((side for most, side in SIDES if len(paths) <= most), 200), 75
    while True:
        encoded = {path: data for path in paths if (data := _encode(path, side, quality))}
        total = sum(map(len, encoded.values()))
        if total <= BUDGET:
            return encoded
        side, quality = int(side * max(0.5, 0.95 * math.sqrt(BUDGET / total))), 60


def _encode(path: Path, side: int, quality: int) -> bytes | None:
    """Return the picture as WebP, at most ``side`` pixels wide; None if it cannot be read."""
    file = io.BytesIO()
    try:
        with Image.open(path) as image:
            small = image.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    small.thumbnail((side, 4 * side), Image.Resampling.BOX)
    small.save(file, format="WEBP", quality=quality, method=0)
    return file.getvalue()
