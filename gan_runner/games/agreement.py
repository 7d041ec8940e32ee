"""What a loss, regularizers and two networks must have in common to be one game."""

from torch import nn

from gan_runner.games.regularization import Regularization
from gan_runner.losses.base import Loss, SeparableLoss

TELLS = "arch.conditional=true with arch=dcgan, mlp or resnet, or arch=cgan, dcgan_mnist or lsgan_hwdb"
"""How to get networks that are told the class."""


def check_play(
    loss: Loss, regularization: Regularization, discriminator: nn.Module, d_update: str, packing: int
) -> None:
    """Raise ValueError for a discriminator that cannot play the loss, or not in this way."""
    needs_features = loss.needs_features or regularization.needs_features
    if loss.needs_energy and not getattr(discriminator, "energy", False):
        raise ValueError(
            "this loss needs a discriminator whose score is minus an energy, on others it has no lower bound; "
            "use arch=ebgan_mlp, arch=ebgan or arch=began"
        )
    if d_update == "separate" and not isinstance(loss, SeparableLoss):
        raise ValueError(
            f"trainer.d_update=separate, got loss {type(loss).__name__}, which mixes real and fake scores; "
            "allowed: a loss that is a sum of a real and a fake term; use trainer.d_update=joint"
        )
    if d_update == "separate" and needs_features:
        raise ValueError(
            "trainer.d_update=separate, got a loss or reg that compares the features of real and fake samples in "
            "one turn; use trainer.d_update=joint"
        )
    if packing < 1:
        raise ValueError(f"packing, got {packing}; allowed: 1 (no packing) or more; PacGAN tries 2, 3 and 4")
    if packing > 1 and (getattr(discriminator, "conditional", False) or regularization.needs_features):
        raise ValueError(
            f"packing={packing} with a discriminator or reg that reads one label or code a sample; "
            "use packing=1, or an unconditional arch without reg=acgan and reg=infogan"
        )


def check_labels(loss: Loss, regularization: Regularization, generator: nn.Module, discriminator: nn.Module) -> None:
    """Raise ValueError unless a player that is told the class has another, or a head, to hold it to that."""
    makes, judges = (getattr(network, "conditional", False) for network in (generator, discriminator))
    head = regularization.needs_labels
    if head and not makes:
        raise ValueError(f"reg=acgan with a generator that is not told what class to make; use loss=acgan, or {TELLS}")
    if loss.needs_labels and not (makes and judges):
        raise ValueError(f"loss=cgan with an arch that is not told the class; use {TELLS}")
    if makes != judges and not (makes and head):
        who, other = ("generator", "discriminator") if makes else ("discriminator", "generator")
        raise ValueError(
            f"the {who} is told the class and the {other} is not, so the class would come to mean nothing; use "
            "arch.conditional=true for both, false for both, or loss=acgan"
        )
