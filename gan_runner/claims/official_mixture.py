"""LSGAN's mixture experiment as its own code runs it, for four losses: the runs that several claims look at."""

from pathlib import Path

import numpy as np
from PIL import Image

from gan_runner.claims.claim import Bench
from gan_runner.compare.runs import Run

STEPS, EVERY = 35_000, 5_000
LOSSES = {
    "GAN, non-saturating": ("loss=nonsaturating", "optim=adam"),
    "GAN, minimax": ("loss=gan", "optim=adam"),
    "LSGAN (0, 1, 1)": (),
    "LSGAN (-1, 1, 0)": ("loss.a=-1.0", "loss.b=1.0", "loss.c=0.0"),
}
RATES = (
    *("optim.betas=[0.5,0.999]", "optim.discriminator.lr=1e-4", "optim.generator.lr=1e-3"),
    *("trainer.at_start=true", "logger=none"),
)
ORANGE, SIDE = (240, 110, 10), 20


def runs(bench: Bench, loss: str) -> list[Run]:
    """Return a run a seed of experiment=lsgan_mixture with ``loss``, a name of `LOSSES`."""
    every = bench.steps(EVERY)
    often = (f"trainer.{what}_every={every}" for what in ("sample", "eval", "save"))
    return bench.sweep("lsgan_mixture", [*LOSSES[loss], *RATES, *often], STEPS)


def density(picture: Path) -> list[str]:
    """Return where the generated points of a scatter picture lie: 20 rows of digits, 0 nothing to 9 most."""
    pixels = np.asarray(Image.open(picture).convert("RGB"), dtype=np.int32)
    plot = pixels[40 : 40 + 440, 50 : 50 + 440]  # without legend and scales
    hue = 1.0 - np.clip(np.abs(plot - np.array(ORANGE)).sum(2) / 200.0, 0.0, 1.0)
    cells = hue.reshape(SIDE, 440 // SIDE, SIDE, 440 // SIDE).mean((1, 3))
    digits = np.ceil(9 * np.sqrt(cells / max(cells.max(), 1e-9))).astype(int)
    return ["".join(map(str, row)) for row in digits.tolist()]


def image(rows: list[str]) -> np.ndarray:
    """Return what `density` wrote as an array, 0 to 1."""
    return np.array([[int(digit) for digit in row] for row in rows]) / 9.0
