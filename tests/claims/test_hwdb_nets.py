"""The count of weights against a formula, and naming by templates on made-up pictures."""

import pytest
import torch

from gan_runner.claims.hwdb_nets import by_class, left_out_accuracy, named, weights
from gan_runner.models.lsgan_hwdb import Discriminator, Generator

CLASSES, WIDTH, LABEL, LATENT = 7, 2, 3, 5


def formula(label: int, first: int, second: int) -> int:
    """Return all weights but the label maps', layer by layer: the label has so many numbers, D so many maps."""
    generator = (LATENT + label) * 4 * 49 + 2 * 4 + 4 * 4 * 25 + 2 * 4 + 4 * 25 + 1
    convolutions = 25 * first + first + 25 * (first + label) * second + 2 * second
    return generator + convolutions + (49 * second + label) * 32 + 2 * 32 + 32 + label + 1


def test_weights_are_those_of_the_formula() -> None:
    found = weights(CLASSES, WIDTH, LABEL, LATENT)
    assert found == {
        "map": formula(LABEL, 1 + LABEL, WIDTH + LABEL) + 2 * (CLASSES + 1) * LABEL,
        "one-hot": formula(CLASSES, 1 + CLASSES, WIDTH + CLASSES),
        "one-hot, maps kept": formula(CLASSES, 1 + LABEL, WIDTH + LABEL),
    }


def test_weights_with_the_map_are_those_of_the_nets() -> None:
    nets = (Generator(LATENT, (1, 28, 28), CLASSES, WIDTH, LABEL), Discriminator((1, 28, 28), CLASSES, WIDTH, LABEL))
    built = sum(weight.numel() for net in nets for weight in net.parameters())
    assert weights(CLASSES, WIDTH, LABEL, LATENT)["map"] == built


def test_a_picture_is_named_by_its_shape_not_by_its_contrast() -> None:
    templates = torch.tensor([[0.0, 0.0, 9.0, 9.0], [0.0, 9.0, 0.0, 9.0]])
    pictures = torch.tensor([[4.0, 5.0, 4.0, 5.0], [100.0, 100.0, 101.0, 101.0]])
    assert named(pictures, templates).tolist() == [1, 0]


def test_pictures_are_gathered_by_class_in_their_order() -> None:
    samples = torch.arange(6)[:, None, None] * torch.ones(1, 1, 2)
    assert by_class(samples, torch.tensor([1, 0, 2, 2, 1, 0]))[:, :, 0].tolist() == [[1, 5], [0, 4], [2, 3]]


def test_a_picture_does_not_help_to_name_itself() -> None:
    shapes = torch.eye(8)
    alike = shapes[:2, None].repeat(1, 3, 1) + 0.01 * torch.rand(2, 3, 8, generator=torch.Generator().manual_seed(0))
    assert left_out_accuracy(alike) == 1.0
    swapped = torch.stack([torch.stack([shapes[0], shapes[1]]), torch.stack([shapes[1], shapes[0]])])
    assert left_out_accuracy(swapped) == pytest.approx(0.0)
