import pytest
import torch
from torch import nn

from gan_runner.models import resnet
from gan_runner.models.label_map import LabelMap
from gan_runner.models.lsgan_digits import Discriminator as Minibatch
from gan_runner.regularizers.orthogonal import Orthogonal
from gan_runner.regularizers.spectral import Spectral
from gan_runner.regularizers.weight_decay import WeightDecay
from gan_runner.regularizers.weights import as_matrix, weights


def network():
    layers = [nn.Conv2d(2, 6, 3), nn.BatchNorm2d(6), nn.ConvTranspose2d(6, 5, 4), nn.GroupNorm(1, 5), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(7, 3), nn.LayerNorm(3), nn.Embedding(10, 4), LabelMap(10, 4))


def test_weights_are_neither_biases_nor_gains_nor_look_ups_of_labels():
    found = [tuple(weight.tensor.shape) for weight in weights(network())]
    assert found == [(6, 2, 3, 3), (6, 5, 4, 4), (3, 7)]


def test_a_matrix_has_one_row_an_output():
    shapes = [tuple(as_matrix(weight.tensor, weight.output_axis).shape) for weight in weights(network())]
    assert shapes == [(6, 2 * 9), (5, 6 * 16), (3, 7)]


def test_a_row_holds_what_makes_one_output_map():
    layer = nn.ConvTranspose2d(3, 2, 2, bias=False)
    (weight,) = weights(layer)
    rows = as_matrix(weight.tensor, weight.output_axis)
    maps = layer(torch.ones(1, 3, 1, 1))
    torch.testing.assert_close(maps.sum((0, 2, 3)), rows.sum(1))


def test_a_normalized_weight_is_found_once_as_its_parameter():
    plain, normed = network(), network()
    Spectral().prepare(normed)
    assert [tuple(w.tensor.shape) for w in weights(normed)] == [tuple(w.tensor.shape) for w in weights(plain)]
    assert [w.output_axis for w in weights(normed)] == [w.output_axis for w in weights(plain)]
    trained = {id(parameter) for parameter in normed.parameters()}
    assert all(id(weight.tensor) in trained for weight in weights(normed))


def test_gains_of_a_class_go_free_and_the_projection_on_it_does_not():
    shape = (3, 32, 32)
    generator = resnet.Generator(5, shape, classes=10, width=4, conditional=True)
    penalties = (Orthogonal(), WeightDecay())
    sum(penalty.weight_term(generator) for penalty in penalties).backward()
    gains = [table.weight for table in generator.modules() if isinstance(table, nn.Embedding)]
    assert len(gains) == 12  # a gain and a bias for each of two norms in three blocks
    assert all(table.grad is None for table in gains)
    assert generator.first.weight.grad.abs().max() > 0
    critic = resnet.Discriminator(shape, classes=10, width=4, conditional=True)
    assert critic.projection.weight.shape == (10, 4)
    assert any(weight.tensor is critic.projection.weight for weight in weights(critic))


def test_minibatch_discrimination_has_no_weight_and_bears_spectral_normalisation():
    critic = Minibatch((1, 28, 28), norm="none", minibatch_discrimination=6)
    assert all(isinstance(weight.layer, nn.Linear | nn.Conv2d) for weight in weights(critic))
    before = critic.state_dict().keys()
    Spectral().prepare(critic)
    assert {name for name in before if "direction" in name or "scale" in name} < critic.state_dict().keys()
    assert critic(torch.rand(4, 1, 28, 28)).isfinite().all()


@pytest.mark.parametrize("layer", [nn.BatchNorm2d(3), nn.PReLU(3), nn.ReLU()])
def test_a_layer_without_weights_has_none(layer):
    assert list(weights(layer)) == []
