import pytest
import torch

from gan_runner.models.maxout import Maxout


def test_each_unit_is_its_largest_piece() -> None:
    layer = Maxout(2, 2, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [0.0, 0.0]]))
        layer.bias.copy_(torch.tensor([0.0, 0.5, 0.0, -3.0]))
    # unit 0: max(x, 0.5 - x); unit 1: max(2 y, -3)
    assert layer(torch.tensor([[1.0, 1.0], [-2.0, -5.0]])).tolist() == [[1.0, 2.0], [2.5, -3.0]]


def test_it_has_a_weight_for_every_input_and_piece() -> None:
    layer = Maxout(784, 240, 5)
    assert layer.weight.numel() + layer.bias.numel() == (784 + 1) * 240 * 5
    assert layer(torch.randn(3, 784)).shape == (3, 240)


def test_it_is_convex_and_a_penalty_can_pass_it() -> None:
    torch.manual_seed(0)
    layer = Maxout(4, 3, 5)
    left, right = torch.randn(50, 4), torch.randn(50, 4)
    assert (layer((left + right) / 2) <= (layer(left) + layer(right)) / 2 + 1e-6).all()
    slope = torch.func.grad(lambda x: layer(x).sum())(left)
    slope.square().sum().backward()
    assert layer.weight.grad is not None
    assert layer.weight.grad.abs().max() > 0


@pytest.mark.parametrize(("units", "pieces"), [(0, 5), (3, 0)])
def test_an_empty_layer_is_refused(units: int, pieces: int) -> None:
    with pytest.raises(ValueError, match=f"maxout of {units} units of {pieces} pieces; allowed 1 or more"):
        Maxout(2, units, pieces)
