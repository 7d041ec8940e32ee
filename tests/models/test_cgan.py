from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.cgan import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]
MNIST = (1, 28, 28)


def test_weights_add_up(weight_count: WeightCount) -> None:
    layers = (100 + 1) * 200 + (10 + 1) * 1000 + (1200 + 1) * 1200 + (1200 + 1) * 784
    assert weight_count(Generator(100, MNIST, 10)) == layers == 2_413_984
    layers = (784 + 1) * 240 * 5 + (10 + 1) * 50 * 5 + (240 + 50 + 1) * 240 * 4 + 240 + 1
    assert weight_count(Discriminator(MNIST, 10)) == layers == 1_224_351


def test_a_labels_unit_is_the_largest_of_its_own_five_maps() -> None:
    torch.manual_seed(0)
    critic = Discriminator(MNIST, 10)
    label_map = critic.label_layer[0]
    got = critic.label_layer(torch.tensor([7]))[0]
    pieces = (label_map.weight[7] + label_map.bias).tolist()
    assert got.tolist() == pytest.approx([max(pieces[5 * unit : 5 * unit + 5]) for unit in range(50)])


def test_dropout_falls_on_all_hidden_layers_and_not_in_sampling() -> None:
    torch.manual_seed(0)
    generator, critic = Generator(100, MNIST, 10), Discriminator(MNIST, 10)
    labels, seen = torch.zeros(50, dtype=torch.int64), list[Tensor]()
    critic.body[1].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    pictures = generator(torch.rand(50, 100), labels)
    assert not torch.equal(pictures, generator(torch.rand(50, 100), labels))
    features = critic.features(pictures, labels)
    for hidden in (seen[0], features):
        assert (hidden == 0).float().mean().item() == pytest.approx(0.5, abs=0.03)
    generator.eval()
    latent = torch.rand(2, 100)
    assert torch.equal(generator(latent, labels[:2]), generator(latent, labels[:2]))


def test_points_and_unlabelled_data_are_refused() -> None:
    for make in (lambda *facts: Generator(5, *facts), Discriminator):
        with pytest.raises(UsageError, match="arch=cgan makes pictures; got 2-D points; use arch=mlp"):
            make((2,), 8)
        with pytest.raises(UsageError, match="arch=cgan is conditional and needs labelled data"):
            make(MNIST, 0)
