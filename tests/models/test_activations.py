import math

import pytest
import torch
from torch import nn

from gan_runner.models.activations import Gated, activation_layer, inputs_per_output


def test_gated_is_sigmoid_of_the_first_half_times_tanh_of_the_second() -> None:
    maps = torch.tensor([0.5, -2.0, 1.5, 0.25]).reshape(1, 4, 1, 1)
    expected = [math.tanh(1.5) / (1 + math.exp(-0.5)), math.tanh(0.25) / (1 + math.exp(2.0))]
    assert Gated()(maps).flatten().tolist() == pytest.approx(expected)


def test_each_name_is_its_own_layer() -> None:
    kinds = {"relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "tanh": nn.Tanh, "elu": nn.ELU, "gated": Gated}
    for name, kind in kinds.items():
        assert type(activation_layer(name)) is kind
        assert inputs_per_output(name) == (2 if name == "gated" else 1)
    assert activation_layer("leaky_relu")(torch.tensor(-1.0)).item() == pytest.approx(-0.2)
