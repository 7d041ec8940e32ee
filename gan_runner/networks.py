"""The networks of a run from a config: what they are told of the data, and what they cannot be combined with."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from gan_runner import ranks
from gan_runner.construct import checked, construct, locate, takes
from gan_runner.errors import UsageError
from gan_runner.games.packing import packed_shape
from gan_runner.games.sampling import batch_norms
from gan_runner.models.base import Discriminator, Generator
from gan_runner.models.minibatch_discrimination import MinibatchDiscrimination
from gan_runner.regularizers.base import Regularizer
from gan_runner.types import Shape

Config = Mapping[str, Any]


def build_networks(
    config: Config, regularizers: Mapping[str, Regularizer], latent_dim: int, shape: Shape, classes: int
) -> dict[str, nn.Module]:
    """Return the ``generator`` and, if the game has one, the ``discriminator``, with the starting weights drawn.

    Each takes those facts that it has a parameter for: ``latent_dim``, the ``shape`` of a sample and the number of
    ``classes`` (0 without labels). Raises UsageError for what cannot be combined.
    """
    arch, batch_size = resolve_norms(config["arch"], regularizers), config["trainer"]["batch_size"]
    arch |= {side: told_class(arch[side], side) for side in ("generator", "discriminator")}
    facts: dict[str, Any] = {"latent_dim": latent_dim, "shape": shape, "classes": classes}
    networks: dict[str, nn.Module] = {"generator": construct(arch["generator"], "arch.generator", Generator, **facts)}
    if takes(config["game"], "discriminator", "game"):
        if arch["discriminator"] is None:
            raise UsageError(
                "arch.discriminator: this arch is a generator alone, and the game needs a discriminator; "
                "use another arch, or loss=gmmn, which plays without one"
            )
        packing = checked(config["game"].get("packing", 1), int, "game.packing")
        if packing > 1 and batch_size % packing:
            raise UsageError(
                f"game.packing={packing}, got trainer.batch_size={batch_size}; use a multiple of {packing}"
            )
        facts["shape"] = packed_shape(shape, max(packing, 1))
        networks["discriminator"] = construct(arch["discriminator"], "arch.discriminator", Discriminator, **facts)
        refuse_mixed_samples(networks["discriminator"], regularizers)
    return networks


def told_class(node: Config | None, side: str) -> Config | None:
    """Return a network's settings without a ``conditional`` that it does not have because it always is.

    loss=acgan asks any generator to be told the class; UsageError from one that cannot be.
    """
    if node is None or "conditional" not in node or takes(node, "conditional", f"arch.{side}"):
        return node
    if node["conditional"] and not getattr(locate(node["_target_"], f"arch.{side}"), "conditional", False):
        raise UsageError(
            f"arch.{side}.conditional: this arch cannot be told the class; use arch=dcgan, mlp or resnet, or one that "
            "always is: arch=cgan, dcgan_mnist or lsgan_hwdb"
        )
    return {key: value for key, value in node.items() if key != "conditional"}


def refuse_uneven_shares(batch_size: int, packing: int) -> None:
    """Raise UsageError if a batch cannot be shared out evenly among the ranks."""
    if batch_size % (ranks.size() * packing):
        packed = f" and game.packing={packing}" if packing > 1 else ""
        raise UsageError(
            f"trainer.batch_size={batch_size} shared by {ranks.size()} processes{packed}; use a multiple of "
            f"{ranks.size() * packing}, or another --nproc-per-node"
        )


def refuse_small_batches(networks: nn.ModuleDict, batch_size: int, packing: int, synchronised: bool) -> None:
    """Raise UsageError if batch norm would see a single sample: it has no spread to be normalised by."""
    count = 1 if synchronised else ranks.size()
    for name, network in networks.items():
        least = 2 * count * (1 if name == "generator" else packing)
        if batch_size < least and batch_norms(network):
            packed = f" game.packing={packing}" if packing > 1 else ""
            shared = f" in {count} processes" if count > 1 else ""
            raise UsageError(
                f"trainer.batch_size={batch_size}{packed}{shared} with batch norm in the {name}: one sample has no "
                f"spread to be normalised by; use {2 * count * packing} or more, or arch.generator.norm=layer "
                "arch.discriminator.norm=layer"
            )


def resolve_norms(arch: Config, regularizers: Mapping[str, Regularizer]) -> dict[str, Any]:
    """Return ``arch`` with each ``norm: auto`` decided: batch, but layer or none where that would spoil the critic.

    A gradient penalty takes the gradient of each sample's own score; batch norm makes that score depend on the others.
    Any normalisation of the maps undoes one of the weights: it cancels whatever scale they have.
    """
    penalties = [name for name, regularizer in regularizers.items() if regularizer.per_sample]
    weights_normed = any(regularizer.normalizes_weights for regularizer in regularizers.values())
    critic = "none" if weights_normed else "layer" if penalties else "batch"
    resolved = dict(arch)
    for side, safe in (("generator", "batch"), ("discriminator", critic)):
        if arch[side] is not None and arch[side].get("norm") == "auto":
            resolved[side] = {**arch[side], "norm": safe}
    if penalties and (resolved["discriminator"] or {}).get("norm") == "batch":
        raise UsageError(
            f"arch.discriminator.norm=batch with reg={penalties[0]}: the penalty needs each sample's own gradient, "
            "which batch norm mixes with the others'; allowed: auto, layer, instance, none"
        )
    return resolved


def refuse_mixed_samples(discriminator: nn.Module, regularizers: Mapping[str, Regularizer]) -> None:
    """Raise UsageError if a penalty on single samples meets a critic whose scores depend on the rest of the batch."""
    penalties = [name for name, regularizer in regularizers.items() if regularizer.per_sample]
    if penalties and batch_norms(discriminator):
        raise UsageError(
            f"reg={penalties[0]} with a critic that has batch norm built in ({type(discriminator).__module__}): the "
            "penalty needs each sample's own gradient; use another arch, or another reg"
        )
    if penalties and any(isinstance(module, MinibatchDiscrimination) for module in discriminator.modules()):
        raise UsageError(
            f"reg={penalties[0]} with minibatch discrimination: the penalty needs each sample's own gradient; use "
            "arch.discriminator.minibatch_discrimination=0, or another reg"
        )
