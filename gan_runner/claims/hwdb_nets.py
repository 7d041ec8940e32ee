"""LSGAN's nets for Chinese characters: their weights with a label map and without, and whether labels are followed."""

import torch
from torch import Tensor, nn

from gan_runner.claims.likeness import correlations
from gan_runner.models.label_map import LabelMap
from gan_runner.models.lsgan_hwdb import Discriminator, Generator


def weights(classes: int, width: int = 64, label_dim: int = 256, latent_dim: int = 1024) -> dict[str, int]:
    """Return how many weights generator and discriminator for grey pictures have together.

    ``map``: as they are. ``one-hot``: the one-hot vector of ``classes`` numbers in the map's place, and with it, as
    their program has it, more maps of the discriminator, C + label_dim and width + label_dim. ``one-hot, maps kept``:
    only what the label enters has more inputs. Nothing is allocated.
    """
    (mapped, maps), (plain, lookups) = (_counted(classes, width, size, latent_dim) for size in (label_dim, classes))
    with torch.device("meta"):
        generator, discriminator = _nets(classes, width, label_dim, latent_dim)
    entered = (generator.body[0], discriminator.second[0], discriminator.third[0], discriminator.head)
    an_input = sum(next(layer.parameters())[:, 0].numel() for layer in entered)
    kept = mapped - maps + (classes - label_dim) * an_input
    return {"map": mapped, "one-hot": plain - lookups, "one-hot, maps kept": kept}


def _nets(classes: int, width: int, label_dim: int, latent_dim: int) -> tuple[Generator, Discriminator]:
    shape = (1, 28, 28)
    return (
        Generator(latent_dim, shape, classes, width, label_dim),
        Discriminator(shape, classes, width, label_dim),
    )


def _counted(classes: int, width: int, label_dim: int, latent_dim: int) -> tuple[int, int]:
    """Return all weights, and those of the label maps."""
    with torch.device("meta"):
        nets = nn.ModuleList(_nets(classes, width, label_dim, latent_dim))
    maps = [module for module in nets.modules() if isinstance(module, LabelMap)]
    return _size(nets), sum(_size(one) for one in maps)


def _size(network: nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters())


def by_class(samples: Tensor, labels: Tensor) -> Tensor:
    """Return pictures ``[N, ...]`` of equally many a class as ``[K, N / K, P]`` float32, in a class as they come."""
    order = labels.argsort(stable=True)
    return samples[order].float().reshape(int(labels.max()) + 1, -1, samples[0].numel())


def named(pictures: Tensor, templates: Tensor) -> Tensor:
    """Return the class ``[N]`` whose template ``[K, P]`` has the largest correlation with each picture ``[N, P]``."""
    return correlations(pictures, templates).argmax(1)


def left_out_accuracy(real: Tensor) -> float:
    """Return the share of real pictures ``[K, W, P]`` named rightly by the means of the other W - 1 writers."""
    classes, writers, _ = real.shape
    total, truth = real.sum(1), torch.arange(classes)
    right = [named(own, (total - own) / (writers - 1)) == truth for own in real.unbind(1)]
    return float(torch.stack(right).float().mean())
