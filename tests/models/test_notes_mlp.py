from collections.abc import Callable

import pytest
import torch
from torch import nn

from gan_runner.losses.notes_glsgan import ActivatedWasserstein

Build = Callable[..., tuple[nn.Module, nn.Module, int]]


def test_layers_are_the_posts(build: Build) -> None:
    generator, discriminator, latent_dim = build("notes_mlp", (1, 28, 28))
    assert latent_dim == 20
    for network, widths in ((generator, [20, 1024, 784]), (discriminator, [784, 256, 128, 1])):
        layers = [module for module in network.modules() if isinstance(module, nn.Linear)]
        assert [layer.in_features for layer in layers] + [layers[-1].out_features] == widths
        assert sum(isinstance(module, nn.ReLU) for module in network.modules()) == len(layers) - 1
        for layer in layers:
            bound = (6 / (layer.in_features + layer.out_features)) ** 0.5
            assert 0.95 * bound < layer.weight.abs().max().item() <= bound
            assert not layer.bias.any()


def test_its_loss_is_the_posts_mean_of_targets_times_outputs(build: Build) -> None:
    _, discriminator, _ = build("notes_mlp", (1, 28, 28))
    pictures = torch.rand(10, 1, 28, 28) * 2 - 1
    scores = discriminator(pictures)
    outputs = nn.functional.leaky_relu(scores, -1.0)
    targets = torch.tensor([-1.0] * 5 + [1.0] * 5)
    loss = ActivatedWasserstein(-1.0).discriminator(scores[:5], scores[5:])
    assert loss.item() == pytest.approx((targets * outputs).mean().item(), abs=1e-6)
