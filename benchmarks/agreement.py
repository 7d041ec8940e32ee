"""The fast path computes what the plain one computes: losses of both from the same weights, samples and latents."""

from dataclasses import replace

import torch

from benchmarks.loops import Textbook
from benchmarks.nets import Net
from gan_runner.build import Parts

STEPS = 20
TOLERANCE = 1e-4
"""Largest relative difference of a loss in fp32."""
RATE = 1e-6
"""Adam's learning rate. At a usual one rounding alone parts two runs of the same convolutions: one plain loop in two
memory layouts is 5 % apart after ten steps of 2e-4. With this one the losses still move by percents."""

Losses = list[tuple[float, float]]


def engine_losses(parts: Parts, steps: int, seed: int = 0) -> Losses:
    """Return the losses of discriminator and generator in the next steps of gan-train's engine."""
    torch.manual_seed(seed)
    found = [parts.engine.step(parts.stream) for _ in range(steps)]
    return [(float(step["loss/discriminator"]), float(step["loss/generator"])) for step in found]


def textbook_losses(plain: Textbook, parts: Parts, steps: int, seed: int = 0) -> Losses:
    """Return the losses of the textbook loop on what the engine was given: the samples and latents of ``parts``."""
    torch.manual_seed(seed)
    parts.stream.load_state_dict({"drawn": 0})
    draws = (parts.game.draw(parts.stream.next()) for _ in range(steps))
    with replace(plain.switches, tf32=False).held():
        return [plain.play(draw.batch.real, draw.latent) for draw in draws]


def difference(ours: Losses, theirs: Losses) -> float:
    """Return the largest relative difference of two rows of losses."""
    a, b = torch.tensor(ours, dtype=torch.float64), torch.tensor(theirs, dtype=torch.float64)
    return float(((a - b).abs() / b.abs()).max())


def agreement(net: Net, *words: str, steps: int = STEPS) -> float:
    """Return the largest relative difference in fp32 between a loss of gan-train's and of the textbook's loop.

    The textbook's networks are torch's plain layers (doubling and convolution apart), its optimizer torch's own.
    """
    parts = net.build("precision=fp32", f"optim.lr={RATE}", *words)
    plain = Textbook(net, parts)  # before the engine moves the weights that it copies
    ours = engine_losses(parts, steps)
    theirs = textbook_losses(plain, parts, steps)
    parts.stream.close()
    return difference(ours, theirs)
