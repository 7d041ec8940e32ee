"""What the rest of the program counts on in any architecture."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

Build = Callable[..., tuple[nn.Module, nn.Module, int]]

ARCHS = sorted(path.stem for path in (Path(__file__).parents[2] / "conf" / "arch").glob("*.yaml"))
OWN_TESTS = {"cgan", "dcgan_mnist", "gmmn", "lsgan_hwdb", "lsgan_scene"}  # labels, no discriminator, other sizes
ARCHS = [arch for arch in ARCHS if arch not in OWN_TESTS]
WITH_NORM = ["dcgan", "infogan", "lsgan_digits", "lsgan_mnist", "mlp", "resnet", "upsample"]
WITH_NORM += ["wgan_gp_mnist", "wgan_mnist"]
AUTOENCODERS = ["began", "ebgan", "ebgan_mlp"]
WITH_HEAD = [arch for arch in ARCHS if arch not in AUTOENCODERS]
LINEAR = ["began", "r3gan", "wgan_mlp", "wgan_mlp_pair"]
"""Those whose generator's last layer has no bounds."""
SIDES = {"ebgan": 32, "r3gan": 32, "resnet101": 64, "sngan": 32}
"""The side of the pictures tried; 28 elsewhere."""
MNIST = (1, 28, 28)


def shape(arch: str, channels: int = 1) -> tuple[int, int, int]:
    return (channels, SIDES.get(arch, 28), SIDES.get(arch, 28))


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(1)


def pictures(shape: tuple[int, ...] = MNIST) -> Tensor:
    return torch.rand(4, *shape) * 2 - 1


@pytest.mark.parametrize("arch", ARCHS)
def test_pictures_lie_in_tanh_range_and_scores_are_one_number_a_picture(build: Build, arch: str) -> None:
    generator, discriminator, latent_dim = build(arch, shape(arch))
    fake = generator(torch.randn(4, latent_dim))
    assert fake.shape == (4, *shape(arch))
    assert fake.dtype == torch.float32
    assert arch in LINEAR or fake.abs().max() <= 1
    assert fake.std() > 0
    assert discriminator(fake).shape == (4,)


@pytest.mark.parametrize("arch", WITH_HEAD)
def test_scores_are_the_head_on_the_features(build: Build, arch: str) -> None:
    _, discriminator, _ = build(arch, shape(arch))
    samples = pictures(shape(arch))
    features = discriminator.features(samples)
    assert features.dim() == 2
    assert features.shape[0] == 4
    torch.testing.assert_close(discriminator(samples), discriminator.head(features).flatten(), rtol=0, atol=0)


@pytest.mark.parametrize("arch", ARCHS)
def test_scores_and_features_come_from_one_pass_as_from_two(build: Build, arch: str) -> None:
    _, discriminator, _ = build(arch, shape(arch))
    samples = pictures(shape(arch))
    scores, features = discriminator.scores_and_features(samples)
    assert torch.equal(scores, discriminator(samples))
    assert torch.equal(features, discriminator.features(samples))
    assert features.shape == (4, discriminator.feature_dim)


@pytest.mark.parametrize("arch", ARCHS)
def test_labels_are_taken_and_play_no_part(build: Build, arch: str) -> None:
    generator, discriminator, latent_dim = build(arch, shape(arch))
    assert not generator.conditional
    latent, samples, labels = torch.randn(4, latent_dim), pictures(shape(arch)), torch.arange(4)
    assert torch.equal(generator(latent, labels), generator(latent))
    assert torch.equal(discriminator(samples, labels), discriminator(samples))
    assert torch.equal(discriminator.features(samples, labels), discriminator.features(samples))


@pytest.mark.parametrize("arch", [arch for arch in WITH_HEAD if arch != "matlab_mlp"])
def test_scores_have_no_bounds(build: Build, arch: str) -> None:
    _, discriminator, _ = build(arch, shape(arch))
    with torch.no_grad():
        discriminator.head.weight.mul_(1e6)
        assert discriminator(pictures(shape(arch))).abs().max() > 1


@pytest.mark.parametrize("arch", ARCHS)
def test_every_weight_of_both_players_learns(build: Build, arch: str) -> None:
    generator, discriminator, latent_dim = build(arch, shape(arch))
    discriminator(generator(torch.randn(4, latent_dim))).square().sum().backward()
    for network in (generator, discriminator):
        for name, weight in network.named_parameters():
            assert weight.grad is not None, name
            assert weight.grad.isfinite().all(), name


@pytest.mark.parametrize("arch", ARCHS)
def test_one_seed_gives_one_pair_of_networks(build: Build, arch: str) -> None:
    first, second = build(arch, shape(arch)), build(arch, shape(arch))
    for ours, theirs in zip(first[:2], second[:2], strict=True):
        for key, value in ours.state_dict().items():
            torch.testing.assert_close(value, theirs.state_dict()[key], rtol=0, atol=0)


@pytest.mark.parametrize("arch", ARCHS)
def test_channels_last_changes_nothing(build: Build, arch: str) -> None:
    generator, discriminator, latent_dim = build(arch, shape(arch, 3))
    latent, samples = torch.randn(4, latent_dim), pictures(shape(arch, 3))
    expected = generator(latent), discriminator(samples)
    for network in (generator, discriminator):
        network.to(memory_format=torch.channels_last)
    samples = samples.contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(generator(latent), expected[0], rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(discriminator(samples), expected[1], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("arch", ARCHS)
def test_bf16_autocast_stays_near_fp32(build: Build, arch: str) -> None:
    generator, discriminator, latent_dim = build(arch, shape(arch))
    latent = torch.randn(4, latent_dim)
    exact = generator(latent)
    with torch.autocast("cpu", torch.bfloat16):
        rounded = generator(latent)
        scores = discriminator(exact)
    torch.testing.assert_close(rounded.float(), exact, rtol=0, atol=0.1)
    assert scores.isfinite().all()


OWN_GRADIENT = [(arch, {"norm": norm}) for arch in [*WITH_NORM, "ebgan"] for norm in ("layer", "none")]
OWN_GRADIENT += [(arch, {}) for arch in ("began", "r3gan", "sngan")]


@pytest.mark.parametrize(("arch", "norm"), OWN_GRADIENT)
def test_without_batch_norm_each_score_and_its_gradient_are_the_samples_own(
    build: Build, arch: str, norm: dict[str, str]
) -> None:
    _, discriminator, _ = build(arch, shape(arch), **norm)
    assert not [module for module in discriminator.modules() if isinstance(module, _BatchNorm)]
    samples = pictures(shape(arch))
    together = torch.func.grad(lambda x: discriminator(x).sum())(samples)
    for index in range(len(samples)):
        alone = samples[index : index + 1].clone().requires_grad_()
        (expected,) = torch.autograd.grad(discriminator(alone).sum(), alone)
        assert expected.abs().max() > 0
        torch.testing.assert_close(together[index : index + 1], expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("arch", WITH_NORM)
def test_a_gradient_penalty_reaches_the_weights(build: Build, arch: str) -> None:
    _, discriminator, _ = build(arch, MNIST, norm="layer")
    gradients = torch.func.grad(lambda x: discriminator(x).sum())(pictures())
    (gradients.flatten(1).norm(dim=1) - 1).square().mean().backward()
    assert discriminator.head.weight.grad is not None
    assert discriminator.head.weight.grad.abs().max() > 0


@pytest.mark.parametrize(
    ("arch", "norms"),
    [
        ("dcgan", 2),
        ("infogan", 2),
        ("lsgan_digits", 2),
        ("lsgan_mnist", 2),
        ("mlp", 2),
        ("resnet", 6),
        ("upsample", 2),
        ("wgan_mnist", 3),
    ],
)
def test_batch_norm_is_where_it_is_asked_for(build: Build, arch: str, norms: int) -> None:
    _, discriminator, _ = build(arch, MNIST, norm="batch")
    assert len([module for module in discriminator.modules() if isinstance(module, _BatchNorm)]) == norms


def test_auto_means_batch_norm(build: Build) -> None:
    automatic, batch = build("dcgan", MNIST, norm="auto"), build("dcgan", MNIST, norm="batch")
    assert str(automatic) == str(batch)


@pytest.mark.parametrize("arch", ["dcgan", "lsgan_mnist", "resnet"])
def test_compiled_equals_eager(build: Build, arch: str) -> None:
    generator, discriminator, latent_dim = build(arch, MNIST, norm="layer")
    latent, samples = torch.randn(4, latent_dim), pictures()

    def play(latent: Tensor, samples: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        slope = torch.func.grad(lambda x: discriminator(x).sum())(samples)
        return generator(latent), discriminator(samples), slope

    compiled = torch.compile(play, backend="aot_eager", fullgraph=True)
    for got, expected in zip(compiled(latent, samples), play(latent, samples), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)
