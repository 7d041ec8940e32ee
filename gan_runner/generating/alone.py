"""A generator on its own: away from its run, its game and its training."""

import copy
import json
from pathlib import Path

import torch
from torch import nn

from gan_runner.construct import construct
from gan_runner.errors import UsageError
from gan_runner.games.sampling import batch_norms
from gan_runner.networks import told_class
from gan_runner.trained import Trained

WEIGHTS = "generator.safetensors"
PLAN = "generator.json"


def alone(generator: nn.Module, sampling: str) -> nn.Module:
    """Return a copy of ``generator`` that only samples: on the CPU, without gradients and dropout.

    With ``sampling`` "batch" its batch norms lose their running statistics, and so take each batch's own.
    """
    network = copy.deepcopy(generator).cpu().to(memory_format=torch.contiguous_format).requires_grad_(False).eval()
    for norm in batch_norms(network) if sampling == "batch" else ():
        for name in ("running_mean", "running_var", "num_batches_tracked"):
            setattr(norm, name, None)
        norm.track_running_stats = False  # type: ignore[assignment]
    return network


def save_generator(trained: Trained, folder: Path) -> None:
    """Write the weights that are sampled, and what `load_generator` needs to know beside them, into ``folder``."""
    from safetensors.torch import save

    game = trained.game
    plan = {
        "generator": told_class(trained.config["arch"]["generator"], "generator"),
        "latent_dim": game.prior.codes.total,
        "shape": trained.outline.shape,
        "classes": game.classes,
        "sampling": game.sampling,
    }
    (folder / PLAN).write_text(json.dumps(plan, indent=2) + "\n", encoding="utf-8")
    state = alone(trained.generator(), game.sampling).state_dict()
    (folder / WEIGHTS).write_bytes(save({name: weight.contiguous() for name, weight in state.items()}))


def load_generator(folder: str | Path) -> nn.Module:
    """Return the generator that ``gan-sample make=safetensors`` wrote into ``folder``, ready to be called.

    ``generator(latent, labels)`` maps latents ``[B, Z]`` and, if it is told the class, labels ``[B]`` to float32
    samples ``[B, *shape]``. Only what the allowlist of `construct` covers is built, so a folder from a stranger cannot
    run code. Raises UsageError if the folder holds no such generator.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    place = Path(folder)
    try:
        plan = json.loads((place / PLAN).read_text(encoding="utf-8"))
        facts = {"latent_dim": plan["latent_dim"], "shape": tuple(plan["shape"]), "classes": plan["classes"]}
        network = alone(construct(plan["generator"], "generator", nn.Module, **facts), plan["sampling"])
        network.load_state_dict(load_file(place / WEIGHTS))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"{place}: no generator as gan-sample make=safetensors writes it ({reason})") from error
    return network
