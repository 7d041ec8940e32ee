from typing import Any

import pytest
import torch

from gan_runner.build import build
from gan_runner.errors import UsageError
from gan_runner.models.dcgan import Discriminator, Generator

SHAPE = (1, 28, 28)
LABELS = torch.tensor([3, 0, 9, 3])


def conditional_generator() -> Generator:
    torch.manual_seed(0)
    return Generator(6, SHAPE, classes=10, width=2, norm="none", init="fans", conditional=True)


def conditional_discriminator() -> Discriminator:
    torch.manual_seed(0)
    return Discriminator(SHAPE, classes=10, width=2, norm="none", conditional=True)


def test_another_label_is_another_picture_and_another_score() -> None:
    latent, samples = torch.randn(1, 6).expand(4, -1), torch.rand(1, *SHAPE).expand(4, *SHAPE)
    pictures, scores = conditional_generator()(latent, LABELS), conditional_discriminator()(samples, LABELS)
    torch.testing.assert_close(pictures[0], pictures[3])
    torch.testing.assert_close(scores[0], scores[3])
    assert (pictures[0] - pictures[1]).abs().max() > 1e-3
    assert len(scores.unique()) == 3


def test_permuting_samples_and_labels_permutes_what_comes_out() -> None:
    order, latent, samples = torch.tensor([2, 0, 3, 1]), torch.randn(4, 6), torch.rand(4, *SHAPE)
    generator, discriminator = conditional_generator(), conditional_discriminator()
    torch.testing.assert_close(generator(latent[order], LABELS[order]), generator(latent, LABELS)[order])
    torch.testing.assert_close(discriminator(samples[order], LABELS[order]), discriminator(samples, LABELS)[order])


def test_the_score_is_the_projection_of_the_pooled_maps_on_the_labels_vector_beside_the_unconditional_score() -> None:
    discriminator, samples = conditional_discriminator(), torch.rand(4, *SHAPE)
    maps = discriminator.body(samples).detach()
    assert maps.shape == (4, 8, 4, 4)
    vectors = discriminator.projection.weight.detach()
    for index, label in enumerate(LABELS.tolist()):
        projection = sum(float(vectors[label, channel]) * float(maps[index, channel].sum()) for channel in range(8))
        plain = discriminator.head(maps[index].flatten()).item()
        assert discriminator(samples, LABELS)[index].item() == pytest.approx(plain + projection, rel=1e-4, abs=1e-6)
    assert vectors.std().item() == pytest.approx(0.02, rel=0.3)


def test_an_unconditional_net_has_no_weights_for_labels() -> None:
    for network in (Generator(6, SHAPE, classes=10, width=2), Discriminator(SHAPE, classes=10, width=2)):
        assert not network.conditional
        assert not [name for name, _ in network.named_parameters() if "embedding" in name or "projection" in name]


def test_data_without_labels_is_refused_in_one_line() -> None:
    for make in (lambda: Generator(6, SHAPE, conditional=True), lambda: Discriminator(SHAPE, conditional=True)):
        with pytest.raises(UsageError, match="arch=dcgan is conditional and needs labelled data, got data without"):
            make()


@pytest.mark.parametrize(
    ("keys", "discriminator"),
    [(["arch.conditional=true"], True), (["arch.generator.conditional=true", "reg=[gp,acgan]"], False)],
)
def test_one_key_for_both_players_or_for_the_generator_alone(
    compose_config: Any, keys: list[str], discriminator: bool
) -> None:
    small = ("arch.generator.width=2", "arch.discriminator.width=2", "trainer.batch_size=4", "data.count=16")
    parts = build(compose_config("data=fake", "loss=wgan_gp", *small, *keys))
    assert parts.game.networks["generator"].conditional
    assert parts.game.networks["discriminator"].conditional == discriminator
    assert all(value.isfinite() for value in parts.engine.step(parts.stream).values())
    for side, layer in (("generator", "embedding"), ("discriminator", "projection")):
        if parts.game.networks[side].conditional:
            assert getattr(parts.game.networks[side], layer).weight.grad.abs().max() > 0


def test_compiled_and_differentiated_as_eager() -> None:
    generator, discriminator = conditional_generator(), conditional_discriminator()
    latent, samples = torch.randn(4, 6), torch.rand(4, *SHAPE)

    def play(latent: torch.Tensor, samples: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return generator(latent, labels), torch.func.grad(lambda x: discriminator(x, labels).sum())(samples)

    compiled = torch.compile(play, backend="aot_eager", fullgraph=True)
    for got, expected in zip(compiled(latent, samples, LABELS), play(latent, samples, LABELS), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)


def test_a_class_starts_as_a_vector_of_length_one_beside_a_latent_many_times_as_long() -> None:
    torch.manual_seed(0)
    vectors = Generator(100, (1, 28, 28), classes=50, conditional=True).embedding
    assert vectors is not None
    assert vectors.weight.norm(dim=1).mean().item() == pytest.approx(1.0, abs=0.05)
