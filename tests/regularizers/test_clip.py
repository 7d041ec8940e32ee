import pytest
import torch
from torch import nn

from gan_runner.regularizers.clip import Clip


@pytest.fixture
def network():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 1))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn_like(parameter))
    return network


def test_every_parameter_ends_within_the_bound(network):
    Clip(bound=0.3).constrain(network)
    for name, parameter in network.named_parameters():
        assert parameter.abs().max() <= 0.3, name
    largest = max(parameter.abs().max() for parameter in network.parameters())
    assert largest == torch.tensor(0.3)


def test_weights_within_the_bound_stay_and_the_others_keep_their_sign(network):
    before = [parameter.detach().clone() for parameter in network.parameters()]
    Clip(bound=0.3).constrain(network)
    for old, new in zip(before, network.parameters(), strict=True):
        inside = old.abs() <= 0.3
        assert torch.equal(new[inside], old[inside])
        assert torch.equal(new[~inside], 0.3 * old[~inside].sign())


def test_buffers_stay(network):
    network[1].running_mean.fill_(7.0)
    Clip().constrain(network)
    assert (network[1].running_mean == 7.0).all()


def test_parameters_remain_trainable_leaves_in_their_place(network):
    before = {name: parameter.data_ptr() for name, parameter in network.named_parameters()}
    Clip().constrain(network)
    for name, parameter in network.named_parameters():
        assert parameter.data_ptr() == before[name]
        assert parameter.is_leaf
        assert parameter.requires_grad


def test_a_diverged_weight_is_not_hidden(network):
    with torch.no_grad():
        network[3].weight[0, 0] = float("nan")
    Clip().constrain(network)
    assert network[3].weight[0, 0].isnan()


def test_adds_no_term():
    assert Clip().forward(critic=None, turn=None) is None


@pytest.mark.parametrize("bound", [0.0, -0.01, float("nan"), float("inf")])
def test_bound_must_be_a_positive_number(bound):
    with pytest.raises(ValueError, match="bound must be a positive number"):
        Clip(bound=bound)


def test_only_one_part_is_clipped(network):
    free = [parameter.detach().clone() for parameter in network[:3].parameters()]
    clip = Clip(bound=0.3, only="3")
    clip.prepare(network)
    clip.constrain(network)
    assert max(parameter.abs().max() for parameter in network[3].parameters()) == torch.tensor(0.3)
    assert all(torch.equal(old, new) for old, new in zip(free, network[:3].parameters(), strict=True))
    assert max(parameter.abs().max() for parameter in free) > 0.3


def test_a_part_that_is_not_there_is_refused_before_training(network):
    with pytest.raises(ValueError, match=r"got encoder; allowed here: 0, 1, 2, 3, or null for all"):
        Clip(only="encoder").prepare(network)
