"""The networks that the benchmarks train: what gan-train is told, and the same networks as a textbook writes them."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import torch
from torch import nn

from gan_runner.build import Parts, build
from gan_runner.cli.composing import compose_words

Pair = tuple[nn.Sequential, nn.Sequential]
"""Generator and discriminator; the discriminator's scores are ``[B, 1]``."""

LATENT = 100
LOSSES = {"bce": "nonsaturating", "mse": "lsgan"}
COMMON = ("optim=adam", "metric=none")
PICTURES = ("data=fake", "data.count=1024", f"arch.latent.dim={LATENT}")


class Goals(NamedTuple):
    """What is to be reached on two quiet cores: times the textbook loop's speed in fp32, and share of the fp32 peak.

    ``fp32`` and ``bf16`` are the precision of gan-train's step, ``share`` is of 1 and fp32's.
    """

    fp32: float
    bf16: float
    share: float


@dataclass(frozen=True)
class Task:
    """A pair of networks, their data and loss, in ``words`` of gan-train's."""

    name: str
    batch: int
    loss: Literal["bce", "mse"]
    words: tuple[str, ...]

    def build(self, *more: str) -> Parts:
        """Return the parts of the run that gan-train would make of the words and of ``more``, which win."""
        words = (f"trainer.batch_size={self.batch}", f"loss={LOSSES[self.loss]}", *COMMON, *self.words)
        return build(compose_words("config", [*words, *more]))


@dataclass(frozen=True)
class Net(Task):
    """The same with its networks as ``textbook`` modules."""

    textbook: Callable[[], Pair]
    goals: Goals


def points() -> Pair:
    """Two hidden layers of 512 each, for points in the plane; 64 latents."""
    generator = [nn.Linear(64, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 2)]
    discriminator = [nn.Linear(2, 512), nn.LeakyReLU(0.2), nn.Linear(512, 512), nn.LeakyReLU(0.2), nn.Linear(512, 1)]
    return nn.Sequential(*generator), nn.Sequential(*discriminator)


def dense() -> Pair:
    """100-128-256-512-1024-784 with batch norm, and 784-512-256-1: nets of a much-copied script, 28 pixels.

    The script has no norm after its first layer; a bias before a norm, which it has, changes nothing.
    """
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise((LATENT, 128, 256, 512, 1024)):
        layers += [nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs), nn.LeakyReLU(0.2)]
    generator = nn.Sequential(*layers, nn.Linear(1024, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28)))
    hidden = [nn.Linear(784, 512), nn.LeakyReLU(0.2), nn.Linear(512, 256), nn.LeakyReLU(0.2)]
    return generator, nn.Sequential(nn.Flatten(), *hidden, nn.Linear(256, 1))


def upsampling(size: int, hidden: tuple[int, ...], widths: tuple[int, int, int], kernel: int) -> nn.Sequential:
    """Return a generator: FC layers, then twice [side x 2, conv], conv; batch norm and ReLU between."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise((LATENT, *hidden)):
        layers += [nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs), nn.ReLU()]
    side, first = size // 4, widths[0]
    layers += [nn.Linear((LATENT, *hidden)[-1], first * side * side, bias=False), nn.Unflatten(1, (first, side, side))]
    layers += [nn.BatchNorm2d(first), nn.ReLU()]
    for inputs, outputs in pairwise(widths):
        layers += [nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)]
        layers += [nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, kernel, padding=kernel // 2), nn.Tanh())


def striding(widths: tuple[int, ...], kernel: int, dropout: float) -> list[nn.Module]:
    """Return a critic's convolutions of stride 2, LeakyReLU after each, batch norm before it but in the first."""
    layers: list[nn.Module] = []
    for stage, (inputs, outputs) in enumerate(pairwise(widths)):
        layers.append(nn.Conv2d(inputs, outputs, kernel, 2, kernel // 2, bias=stage == 0))
        layers += [nn.BatchNorm2d(outputs)] if stage else []
        layers += [nn.LeakyReLU(0.2), *([nn.Dropout2d(dropout)] if dropout else [])]
    return layers


def upsampling_28() -> Pair:
    """FC 1024, 128 maps of 7, 5x5 convolutions to 64, 32 and 1; 5x5 critic of 32 and 64 maps, FC 512."""
    hidden = [nn.Linear(64 * 7 * 7, 512, bias=False), nn.BatchNorm1d(512), nn.LeakyReLU(0.2)]
    critic = nn.Sequential(*striding((1, 32, 64), 5, 0.0), nn.Flatten(), *hidden, nn.Linear(512, 1))
    return upsampling(28, (1024,), (128, 64, 32), 5), critic


def upsampling_32() -> Pair:
    """128 maps of 8, 3x3 convolutions to 128, 64 and 1; 3x3 critic of 16 to 128 maps with dropout of a quarter."""
    critic = nn.Sequential(*striding((1, 16, 32, 64, 128), 3, 0.25), nn.Flatten(), nn.Linear(128 * 2 * 2, 1))
    return upsampling(32, (), (128, 128, 64), 3), critic


def dcgan(width: int = 64) -> Pair:
    """DCGAN at 64 pixels as in PyTorch's tutorial: 4x4 kernels, 8 to 1 times ``width`` maps at 4 to 32 pixels."""
    layers: list[nn.Module] = [nn.Unflatten(1, (LATENT, 1, 1)), nn.ConvTranspose2d(LATENT, 8 * width, 4, bias=False)]
    for inputs, outputs in pairwise((8 * width, 4 * width, 2 * width, width)):
        layers += [nn.BatchNorm2d(inputs), nn.ReLU(), nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False)]
    layers += [nn.BatchNorm2d(width), nn.ReLU(), nn.ConvTranspose2d(width, 3, 4, 2, 1), nn.Tanh()]
    critic: list[nn.Module] = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2)]
    for inputs, outputs in pairwise((width, 2 * width, 4 * width, 8 * width)):
        critic += [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers), nn.Sequential(*critic, nn.Conv2d(8 * width, 1, 4), nn.Flatten())


def both(setting: str) -> tuple[str, str]:
    """Return the words that give both networks ``setting``."""
    return f"arch.generator.{setting}", f"arch.discriminator.{setting}"


NETS = (
    Net(
        "mixture MLP 2x512",
        512,
        "bce",
        ("data=gaussian_mixture", "arch.latent.dim=64", *both("hidden=[512,512]")),
        points,
        Goals(2.3, 3.7, 0.76),
    ),
    Net(
        "fully connected 28x28",
        64,
        "bce",
        (
            *(*PICTURES, "arch=mlp", "arch.generator.hidden=[128,256,512,1024]", "arch.generator.norm=batch"),
            *("arch.generator.activation=leaky_relu", "arch.discriminator.hidden=[512,256]"),
        ),
        dense,
        Goals(2.2, 2.5, 0.40),
    ),
    Net("LSGAN 28x28", 64, "mse", (*PICTURES, "arch=upsample"), upsampling_28, Goals(2.0, 2.75, 0.53)),
    Net(
        "LSGAN 32x32",
        64,
        "mse",
        (
            *(*PICTURES, "data.size=32", "arch=upsample", *both("kernel=3"), *both("hidden=[]")),
            *("arch.generator.widths=[128,128,64]", "arch.discriminator.widths=[16,32,64,128]"),
            "arch.discriminator.dropout=0.25",
        ),
        upsampling_32,
        Goals(2.35, 3.5, 0.48),
    ),
    Net(
        "DCGAN 64x64",
        64,
        "bce",
        (*PICTURES, "data.size=64", "data.channels=3", "arch=dcgan", *both("width=64")),
        dcgan,
        Goals(1.25, 2.2, 0.74),
    ),
)


def asking(about: str | None, steps: int) -> argparse.ArgumentParser:
    """Return a parser for `chosen` nets, a number of ``steps``, and words of gan-train's."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nets", nargs="+", default=[""], help="only those with one of these words in their name")
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("words", nargs="*")
    return parser


def chosen(words: Sequence[str]) -> list[Net]:
    """Return the nets whose names contain one of ``words``."""
    return [net for net in NETS if any(word.lower() in net.name.lower() for word in words)]


@torch.no_grad()
def copy_weights(source: nn.Module, target: nn.Module) -> None:
    """Give ``target`` the weights of ``source``, the same network with its layers in the same order.

    A fully connected layer may be a convolution of a single pixel there, transposed (weights input first) or not.
    """
    for ours, theirs in zip(source.parameters(), target.parameters(), strict=True):
        rows = ours if ours.shape[0] == theirs.shape[0] else ours.t()
        theirs.copy_(rows.reshape(theirs.shape))
