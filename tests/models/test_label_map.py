import torch
from torch.nn import functional as F

from gan_runner.models.label_map import LabelMap


def test_it_is_the_linear_layer_of_a_one_hot_label_and_learns_the_same() -> None:
    torch.manual_seed(0)
    layer = LabelMap(7, 3)
    labels = torch.tensor([6, 0, 6, 2])
    weight, bias = (tensor.detach().clone().requires_grad_() for tensor in (layer.weight, layer.bias))
    expected = F.linear(F.one_hot(labels, 7).float(), weight.T, bias)
    torch.testing.assert_close(layer(labels), expected)
    layer(labels).square().sum().backward()
    expected.square().sum().backward()
    torch.testing.assert_close(layer.weight.grad, weight.grad)
    torch.testing.assert_close(layer.bias.grad, bias.grad)


def test_it_starts_within_a_linear_layers_bounds() -> None:
    torch.manual_seed(0)
    layer = LabelMap(100, 50)
    for numbers in (layer.weight, layer.bias):
        assert 0.09 < numbers.abs().max().item() <= 0.1
