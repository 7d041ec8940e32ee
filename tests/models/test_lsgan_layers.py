import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_runner.models.label_map import LabelMap
from gan_runner.models.lsgan_layers import double, halve, init_lsgan


def turned(maps: Tensor) -> Tensor:
    """Return pictures or kernels turned by 180 degrees."""
    return maps.flip(2, 3)


def test_halving_is_tensorflows_on_a_turned_picture() -> None:
    torch.manual_seed(0)
    layer, maps = halve(3, 4), torch.randn(2, 3, 14, 14)
    same = F.conv2d(F.pad(turned(maps), (1, 2, 1, 2)), turned(layer.weight), layer.bias, stride=2)
    torch.testing.assert_close(layer(maps), turned(same))


@pytest.mark.parametrize("kernel", [3, 5])
def test_doubling_is_tensorflows_on_a_turned_picture(kernel: int) -> None:
    torch.manual_seed(0)
    layer, maps = double(3, 4, kernel), torch.randn(2, 3, 7, 7)
    everything = F.conv_transpose2d(turned(maps), turned(layer.weight), layer.bias, stride=2)
    before = (kernel - 2) // 2  # SAME: of the kernel - 2 pixels too many, the smaller half lies before
    same = everything[:, :, before : before + 14, before : before + 14]
    torch.testing.assert_close(layer(maps), turned(same))


def test_odd_sides_are_rounded_up() -> None:
    assert halve(1, 2)(torch.zeros(1, 1, 7, 7)).shape == (1, 2, 4, 4)


def test_weights_start_as_in_its_code() -> None:
    torch.manual_seed(0)
    network = nn.ModuleList([halve(20, 50), double(50, 20), nn.Linear(100, 300), LabelMap(100, 300)])
    init_lsgan(network)
    # sd of a normal cut off at +-2: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1))
    cut = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2)))
    for module, sd in zip(network, [0.02 * cut, 0.02, 0.02, 0.02], strict=True):
        assert module.weight.std().item() == pytest.approx(sd, rel=0.03)
        assert not module.bias.any()
    assert network[0].weight.abs().max().item() <= 0.04
    assert network[1].weight.abs().max().item() > 0.05
