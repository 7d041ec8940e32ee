import pytest
import torch
from torch import Tensor, nn

from gan_runner.losses.ebgan import EnergyMargin
from gan_runner.models.autoencoder import Autoencoder, Error, FullyConnected

MNIST = (1, 28, 28)


class Shifted(nn.Module):
    """A decoder that misses every number by a given distance."""

    def __init__(self, *distances: float) -> None:
        super().__init__()
        self.distances = torch.tensor(distances)

    def forward(self, code: Tensor) -> Tensor:
        return code + self.distances


@pytest.mark.parametrize(("error", "energy"), [("squared", (9 + 1) / 2), ("absolute", (3 + 1) / 2)])
def test_the_score_is_minus_the_mean_error(error: Error, energy: float) -> None:
    network = Autoencoder(nn.Identity(), Shifted(3.0, -1.0), 2, error)
    samples = torch.tensor([[1.0, 2.0], [5.0, 0.0]])
    scores, code = network.scores_and_features(samples)
    assert scores.tolist() == [-energy, -energy]
    assert torch.equal(code, samples)
    assert torch.equal(network(samples), scores)


def test_scores_are_never_positive_and_zero_for_a_perfect_copy() -> None:
    assert Autoencoder(nn.Identity(), nn.Identity(), 4, "squared")(torch.randn(3, 4)).tolist() == [0.0, 0.0, 0.0]
    assert (FullyConnected(MNIST)(torch.randn(3, *MNIST)) < 0).all()


def test_encoder_and_decoder_are_apart_and_weights_add_up() -> None:
    network = FullyConnected(MNIST, hidden=(300, 50))
    encoder = 784 * 300 + 300 + 2 * 300 + 300 * 50 + 50 + 2 * 50
    assert sum(weight.numel() for weight in network.encoder.parameters()) == encoder
    assert sum(weight.numel() for weight in network.decoder.parameters()) == 50 * 784 + 784
    assert network.feature_dim == 50
    assert network.features(torch.randn(2, *MNIST)).shape == (2, 50)


def test_points_are_reconstructed_too() -> None:
    assert FullyConnected((2,), hidden=(8,))(torch.randn(5, 2)).shape == (5,)


def test_the_margin_loss_teaches_it_to_tell_two_clusters_apart() -> None:
    torch.manual_seed(0)
    network, loss = FullyConnected((2,), hidden=(16,), norm="none"), EnergyMargin(margin=1.0)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    real, fake = torch.randn(64, 2) * 0.1 + 1, torch.randn(64, 2) * 0.1 - 1
    for _ in range(200):
        optimizer.zero_grad()
        loss.discriminator(network(real), network(fake)).backward()
        optimizer.step()
    assert network(real).min() > -0.1
    assert network(fake).max() < -0.5


def test_widths_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match=r"widths of the hidden layers, got \[8, 0\]; allowed 1 or more each"):
        FullyConnected(MNIST, hidden=(8, 0))
