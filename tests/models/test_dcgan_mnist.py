from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.models.dcgan_mnist import Discriminator, Generator

WeightCount = Callable[[nn.Module], int]
LayerShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]
MNIST = (1, 28, 28)
LABELS = torch.tensor([3, 0, 9, 3])


class WithLabels(nn.Module):
    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, inputs: Tensor) -> Tensor:
        return self.network(inputs, LABELS)


def test_weights_add_up_without_biases_and_gains(weight_count: WeightCount) -> None:
    generator, discriminator = Generator(100, MNIST, 10), Discriminator(MNIST, 10)
    assert weight_count(generator) == 110 * 1024 + 1034 * 6272 + 138 * 64 * 25 + 74 * 25 == 6_820_538
    convolutions = 11 * 64 * 25 + 74 * 128 * 25
    assert weight_count(discriminator) == convolutions + 6282 * 1024 + 1034 == 6_688_202
    for network in (generator, discriminator):
        assert all(weight.std().item() == pytest.approx(0.02, rel=0.1) for weight in network.parameters())


def test_layers_have_the_codes_shapes(layer_shapes: LayerShapes) -> None:
    generator, discriminator = WithLabels(Generator(100, MNIST, 10)), WithLabels(Discriminator(MNIST, 10))
    assert layer_shapes(generator, torch.randn(4, 100)) == [(1024,), (6272,), (64, 14, 14), MNIST]
    shapes = layer_shapes(discriminator, torch.randn(4, *MNIST))
    assert shapes == [(64, 14, 14), (128, 7, 7), (1024,), (1,)]


@pytest.mark.parametrize(
    ("network", "inputs"),
    [(Generator(8, MNIST, 10, width=2), torch.ones(4, 8)), (Discriminator(MNIST, 10, width=2), torch.ones(4, *MNIST))],
)
def test_every_layer_is_told_the_label(network: nn.Module, inputs: Tensor) -> None:
    seen: list[Tensor] = []
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            module.register_forward_hook(lambda _module, inputs, _output: seen.append(inputs[0]))
    network(inputs, LABELS)
    assert len(seen) == 4
    for values in seen:
        code = values[:, -10:].reshape(4, 10, -1)
        assert torch.equal(code, torch.eye(10)[LABELS][:, :, None].expand_as(code))


def test_labels_change_what_comes_out_and_are_permuted_with_it() -> None:
    torch.manual_seed(0)
    generator = Generator(8, MNIST, 10, width=4, norm="none")
    discriminator = Discriminator(MNIST, 10, width=4, norm="none")
    order, latent, samples = torch.tensor([2, 0, 3, 1]), torch.randn(4, 8), torch.rand(4, *MNIST)
    pictures, scores = generator(latent, LABELS), discriminator(samples, LABELS)
    torch.testing.assert_close(generator(latent[order], LABELS[order]), pictures[order])
    torch.testing.assert_close(discriminator(samples[order], LABELS[order]), scores[order])
    assert not torch.equal(generator(latent, LABELS.flip(0)), pictures)
    assert (discriminator(samples, (LABELS + 1) % 10) != scores).all()
    assert pictures.abs().max() < 1


def test_scores_and_features_come_from_one_pass_as_from_two() -> None:
    discriminator = Discriminator(MNIST, 10, width=4, norm="layer")
    samples = torch.rand(4, *MNIST)
    scores, features = discriminator.scores_and_features(samples, LABELS)
    assert features.shape == (4, discriminator.feature_dim)
    assert torch.equal(scores, discriminator(samples, LABELS))


def test_pictures_of_minus_1_are_zeros_to_the_first_layer() -> None:
    discriminator = Discriminator(MNIST, 10, width=4)
    seen: list[Tensor] = []
    discriminator.layers[0].register_forward_hook(lambda _module, inputs, _output: seen.append(inputs[0]))
    discriminator(torch.tensor([-1.0, 0.0, 1.0, 0.5]).reshape(4, 1, 1, 1).expand(4, *MNIST), LABELS)
    assert seen[0][:, 0, 0, 0].tolist() == [0.0, 0.5, 1.0, 0.75]


def test_compiled_and_differentiated_as_eager() -> None:
    generator = Generator(8, MNIST, 10, width=2, norm="layer")
    discriminator = Discriminator(MNIST, 10, width=2, norm="layer")

    def play(latent: Tensor, samples: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        return generator(latent, labels), torch.func.grad(lambda x: discriminator(x, labels).sum())(samples)

    latent, samples = torch.randn(4, 8), torch.rand(4, *MNIST)
    compiled = torch.compile(play, backend="aot_eager", fullgraph=True)
    for got, expected in zip(compiled(latent, samples, LABELS), play(latent, samples, LABELS), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)


def test_other_data_is_refused_by_both_players() -> None:
    for make in (lambda shape, classes: Generator(8, shape, classes), Discriminator):
        with pytest.raises(UsageError, match="arch=dcgan_mnist makes pictures of 28 pixels; got 64x64; set"):
            make((3, 64, 64), 10)
        with pytest.raises(UsageError, match="arch=dcgan_mnist is conditional and needs labelled data"):
            make(MNIST, 0)
