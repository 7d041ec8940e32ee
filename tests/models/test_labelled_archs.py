"""What `test_every_arch` asks of the others, asked of networks that cannot do without labels."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

Build = Callable[..., tuple[nn.Module, nn.Module, int]]
MNIST = (1, 28, 28)
LABELS = torch.tensor([3, 1, 4, 1])


@pytest.fixture(params=["cgan", "lsgan_hwdb"])
def networks(request: pytest.FixtureRequest, build: Build) -> tuple[nn.Module, nn.Module, Tensor, Tensor]:
    """Return generator and discriminator, without batch norm, with four latents and as many pictures."""
    arch = request.param
    settings = {"norm": "layer", "width": 4, "label_dim": 8} if arch == "lsgan_hwdb" else {}
    generator, discriminator, latent_dim = build(arch, MNIST, **settings)
    torch.manual_seed(1)
    return generator, discriminator, torch.randn(4, latent_dim), torch.rand(4, *MNIST) * 2 - 1


Networks = tuple[nn.Module, nn.Module, Tensor, Tensor]


def test_pictures_lie_in_tanh_range_and_scores_are_the_head_on_the_features(networks: Networks) -> None:
    generator, discriminator, latent, samples = networks
    fake = generator(latent, LABELS)
    assert fake.shape == (4, *MNIST)
    assert -1 <= fake.min() < fake.max() <= 1
    features = discriminator.features(samples, LABELS)
    assert features.shape == (4, discriminator.feature_dim)
    assert torch.equal(discriminator(samples, LABELS), discriminator.head(features).flatten())


def test_both_say_that_they_use_labels(networks: Networks) -> None:
    generator, discriminator, *_ = networks
    assert generator.conditional
    assert discriminator.conditional


def test_a_label_changes_its_own_sample_and_no_other(networks: Networks) -> None:
    generator, discriminator, latent, samples = networks
    other = LABELS.clone()
    other[2] = 5
    for network, inputs in ((generator, latent), (discriminator, samples)):
        difference = (network(inputs, LABELS) - network(inputs, other)).abs().reshape(4, -1).amax(1)
        assert difference[2] > 1e-5
        assert difference[[0, 1, 3]].max() < 1e-6


def test_samples_and_labels_in_another_order_give_the_same_in_that_order(networks: Networks) -> None:
    generator, discriminator, latent, samples = networks
    order = torch.tensor([2, 0, 3, 1])
    for network, inputs in ((generator, latent), (discriminator, samples)):
        torch.testing.assert_close(network(inputs[order], LABELS[order]), network(inputs, LABELS)[order])


def test_every_weight_of_both_players_learns(networks: Networks) -> None:
    generator, discriminator, latent, _ = networks
    discriminator(generator(latent, LABELS), LABELS).square().sum().backward()
    for network in (generator, discriminator):
        for name, weight in network.named_parameters():
            assert weight.grad is not None, name
            assert weight.grad.isfinite().all(), name


def test_compiled_in_channels_last_with_a_penalty_equals_eager(networks: Networks) -> None:
    generator, discriminator, latent, samples = networks

    def play(latent: Tensor, samples: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        slope = torch.func.grad(lambda x: discriminator(x, LABELS).sum())(samples)
        return generator(latent, LABELS), discriminator(samples, LABELS), slope

    expected = play(latent, samples)
    for network in (generator, discriminator):
        network.to(memory_format=torch.channels_last)
    samples = samples.contiguous(memory_format=torch.channels_last)
    compiled = torch.compile(play, backend="aot_eager", fullgraph=True)
    for got, wanted in zip(compiled(latent, samples), expected, strict=True):
        torch.testing.assert_close(got, wanted, rtol=1e-3, atol=1e-4)


def test_bf16_autocast_stays_near_fp32(networks: Networks) -> None:
    generator, discriminator, latent, samples = networks
    exact = generator(latent, LABELS)
    with torch.autocast("cpu", torch.bfloat16):
        rounded, scores = generator(latent, LABELS), discriminator(samples, LABELS)
    torch.testing.assert_close(rounded.float(), exact, rtol=0, atol=0.1)
    assert scores.isfinite().all()
