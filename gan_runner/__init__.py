"""A laboratory for adversarial training that runs from the shell."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from gan_runner.trained import Trained, Weights

__version__ = "0.1.0"


def load(
    run: str | Path, checkpoint: str = "last", device: str = "auto", weights: "Weights | None" = None
) -> "Trained":
    """Open the trained run in the folder ``run`` (or one of its checkpoint files) for sampling, e.g. in a notebook.

    ``gan_runner.load("outputs/RUN").sample(64, seed=0)`` are 64 samples; see `gan_runner.trained.Trained`.
    """
    from gan_runner.trained import Trained  # torch takes over a second: not before it is needed

    return Trained(run, checkpoint, device, weights)


def load_generator(folder: str | Path) -> "nn.Module":
    """Return the generator in a ``folder`` that ``gan-sample make=safetensors`` wrote.

    It maps latents ``[B, Z]``, and labels ``[B]`` if it is told the class, to samples ``[B, *shape]``.
    """
    from gan_runner.generating.alone import load_generator as load_alone

    return load_alone(folder)
