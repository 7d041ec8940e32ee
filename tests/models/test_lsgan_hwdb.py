from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.lsgan_hwdb import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]
HWDB, CLASSES = (1, 28, 28), 3740


def test_weights_add_up_as_in_its_code(weight_count: WeightCount) -> None:
    labels = CLASSES * 256 + 256
    layers = (1024 + 256) * 128 * 49 + 25 * (128 * 128 + 128) + 1
    assert weight_count(Generator(1024, HWDB, CLASSES)) == labels + layers + 4 * 128 == 9_399_169
    convolutions = 25 * 257 + 257 + 25 * (257 + 256) * 320
    fully_connected = (320 * 49 + 256) * 1024 + (1024 + 256) + 1
    norms = 2 * (320 + 1024)
    assert weight_count(Discriminator(HWDB, CLASSES)) == labels + convolutions + fully_connected + norms == 21_390_811


def test_layers_have_the_codes_shapes(layer_shapes: LayerShapes) -> None:
    critic = Discriminator(HWDB, CLASSES)
    labels = torch.tensor([0, 3739])
    assert critic.label_map(labels).shape == (2, 256)
    seen: list[tuple[int, ...]] = []
    for module in (critic.first, critic.second, critic.third):
        module.register_forward_pre_hook(lambda _, inputs: seen.append(tuple(inputs[0].shape[1:])))
    assert critic.features(torch.rand(2, *HWDB), labels).shape == (2, 1024 + 256)
    assert seen == [(1, 28, 28), (257 + 256, 14, 14), (320 * 49 + 256,)]
    generator = Generator(1024, HWDB, CLASSES)
    assert layer_shapes(generator.body, torch.randn(2, 1024 + 256)) == [(128 * 49,), (128, 14, 14), (1, 28, 28)]


def test_white_paper_is_one_inside_so_that_padding_is_ink() -> None:
    critic = Discriminator(HWDB, 2, width=2, label_dim=3)
    seen: list[Tensor] = []
    critic.first.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    critic(torch.ones(2, *HWDB), torch.tensor([0, 1]))
    critic(-torch.ones(2, *HWDB), torch.tensor([0, 1]))
    assert (seen[0] == 1).all()
    assert (seen[1] == 0).all()


def test_other_shapes_and_unlabelled_data_are_refused_by_both_players() -> None:
    for make in (lambda *facts: Generator(5, *facts), Discriminator):
        with pytest.raises(UsageError, match="arch=lsgan_hwdb makes pictures of 28 pixels; got 32x32"):
            make((1, 32, 32), 10)
        with pytest.raises(UsageError, match="arch=lsgan_hwdb is conditional and needs labelled data"):
            make(HWDB, 0)
    with pytest.raises(ValueError, match="label_dim, got 0; allowed 1 or more"):
        Discriminator(HWDB, 10, label_dim=0)
