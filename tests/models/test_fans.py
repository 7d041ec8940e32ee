import math

import pytest
import torch
from torch import nn

from gan_runner.models.fans import init_by_fans


@pytest.mark.parametrize(
    ("layer", "fans", "numerator"),
    [
        (nn.Conv2d(30, 80, 5, 2, 2), 30 * 25 + 80 * 25 / 4, 4),
        (nn.ConvTranspose2d(80, 30, 5, 2, 2), 80 * 25 / 4 + 30 * 25, 4),
        (nn.Conv2d(40, 70, 3, 1, 1), 40 * 9 + 70 * 9, 4),
        (nn.Linear(200, 100), 300, 2),
    ],
)
def test_weights_are_uniform_with_the_variance_of_their_fans(layer: nn.Module, fans: float, numerator: int) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(layer)
    init_by_fans(network)
    spread = math.sqrt(numerator / fans)
    assert layer.weight.std().item() == pytest.approx(spread, rel=0.03)
    assert layer.weight.abs().max().item() == pytest.approx(spread * math.sqrt(3), rel=0.01)
    assert not layer.bias.any()
    init_by_fans(network, {layer})
    assert layer.weight.std().item() == pytest.approx(math.sqrt(2 / fans), rel=0.03)
