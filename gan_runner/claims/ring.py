"""Trainings on a ring of eight modes with one pair of networks and one Adam: what several claims share."""

import math
from collections.abc import Sequence

from gan_runner.claims.claim import Bench
from gan_runner.compare.runs import Run

MODES, STEPS, EVERY = 8, 2000, 100
SETTING = (
    "Eight Gaussians of sd 0.05 on a circle of radius 1; a generator of 16 latents and a discriminator, two layers of "
    "64 each; Adam at 1e-3 with betas (0.5, 0.999), batches of 128, 2,000 steps (our recipe ring_small). "
)
LOSSES: dict[str, tuple[str, ...]] = {
    "minimax": ("loss=gan",),
    "non-saturating": ("loss=nonsaturating",),
    "LSGAN (0, 1, 1)": ("loss=lsgan",),
    "LSGAN (-1, 1, 0)": ("loss=lsgan", "loss.a=-1", "loss.b=1", "loss.c=0"),
    "hinge": ("loss=hinge",),
    "relativistic": ("loss=relativistic", "loss.form=paired"),
    "WGAN, clipped": ("loss=wgan", "reg.clip.bound=0.1"),
    "WGAN-GP": ("loss=wgan_gp",),
    "LS-GAN": ("loss=loss_sensitive", "loss.margin=1"),
    "GLS-GAN": ("loss=glsgan", "loss.margin=1"),
    "GMMN": ("loss=gmmn", "loss.scales=[0.01,0.1,1]"),
}
"""What each loss changes in the recipe."""
WORST = {"occupied": 0.0, "modes": 0.0, "high_quality": 0.0, "kl": math.log(MODES), "w1": 2.0}
"""What a run that failed counts with: nothing covered, and points as far off as the circle is wide."""


def trained(bench: Bench, words: Sequence[str], steps: int = STEPS, every: int = EVERY) -> list[Run]:
    """Return a run a seed of ring_small with ``words`` changed, judged every so many steps."""
    return bench.sweep(
        "ring_small", [*words, "logger=none", "trainer.log_every=10", f"trainer.eval_every={every}"], steps
    )


def last(runs: Sequence[Run], value: str) -> list[float]:
    """Return each run's ``value`` at the end of its training."""
    return [WORST[value] if run.failed else run.final[value] for run in runs]
