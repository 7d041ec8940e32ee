import numpy as np
import pytest
import torch
from torch import nn

from gan_runner.regularizers.orthogonal import Orthogonal, overlap

WIDE_AND_TALL = pytest.mark.parametrize("shape", [(4, 9), (5, 5), (9, 4), (3, 1), (1, 6)])


@WIDE_AND_TALL
def test_value_and_gradient_of_the_papers_equation(shape):
    matrix = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    value = overlap(matrix)
    value.backward()
    w = matrix.detach().numpy()
    products = (w @ w.T) * (1 - np.eye(len(w)))
    assert value.item() == pytest.approx((products**2).sum(), rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(matrix.grad.numpy(), 4 * products @ w, rtol=1e-9, atol=1e-9)


def test_perpendicular_rows_of_any_length_are_free():
    q = torch.linalg.qr(torch.randn(6, 6, dtype=torch.float64))[0][:4]
    assert overlap(q * torch.tensor([[0.1], [1.0], [50.0], [3.0]])).item() == pytest.approx(0.0, abs=1e-20)
    assert overlap(q + 0.1 * q[[1, 0, 3, 2]]).item() == pytest.approx(4 * 0.2**2)


def test_a_generators_first_layer_needs_no_matrix_of_all_pairs():
    matrix = torch.randn(60_000, 2, dtype=torch.float64)  # all pairs would be 29 GB
    w = matrix.numpy()
    expected = ((w.T @ w) ** 2).sum() - ((w**2).sum(1) ** 2).sum()
    assert overlap(matrix).item() == pytest.approx(expected, rel=1e-9)


def test_every_weight_counts_with_its_outputs_as_rows():
    network = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ConvTranspose2d(2, 5, 3), nn.Conv2d(5, 1, 2))
    term = Orthogonal(beta=0.5).weight_term(network)
    term.backward()
    linear, up = network[0].weight, network[2].weight
    matrices = [linear.detach().numpy(), up.detach().transpose(0, 1).flatten(1).numpy()]
    products = [(w @ w.T) * (1 - np.eye(len(w))) for w in matrices]
    assert term.item() == pytest.approx(0.5 * sum((product**2).sum() for product in products), rel=1e-5)
    expected = 0.5 * 4 * products[1] @ matrices[1]
    np.testing.assert_allclose(up.grad.transpose(0, 1).flatten(1).numpy(), expected, rtol=1e-4, atol=1e-6)
    assert network[3].weight.grad.abs().max() == 0  # one output has nothing to be perpendicular to
    assert all(parameter.grad is None for parameter in (network[0].bias, *network[1].parameters()))


def test_is_float32_under_autocast():
    network = nn.Linear(20, 10)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = Orthogonal().weight_term(network)
    assert mixed.dtype == torch.float32
    assert torch.equal(mixed, Orthogonal().weight_term(network))


def test_the_generator_pays_unless_told_otherwise():
    assert Orthogonal().sides == ("generator",)
    assert Orthogonal(sides=("discriminator",)).sides == ("discriminator",)
    with pytest.raises(ValueError, match="sides must name who pays, got none"):
        Orthogonal(sides=())


@pytest.mark.parametrize("beta", [-1.0, float("nan"), float("inf")])
def test_beta_must_be_finite_and_not_negative(beta):
    with pytest.raises(ValueError, match="beta must be a number from 0 up, got"):
        Orthogonal(beta)
