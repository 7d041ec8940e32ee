import numpy as np
import pytest
import torch
from torch import Tensor

from gan_runner.models.minibatch_discrimination import MinibatchDiscrimination
from gan_runner.models.mlp import Discriminator


def by_hand(layer: MinibatchDiscrimination, features: Tensor) -> np.ndarray:
    """Return o ``[B, kernels]`` by the paper's formula, one pair after the other."""
    direction, scale, bias, h = (
        tensor.detach().double().numpy() for tensor in (layer.direction, layer.log_scale, layer.bias, features)
    )
    projection = direction / np.sqrt((direction**2).sum(0, keepdims=True)) * np.exp(scale)
    codes = np.einsum("na,abc->nbc", h, projection)
    out = np.tile(bias, (len(h), 1))
    for i in range(len(h)):
        for j in range(len(h)):
            if i != j:
                out[i] += np.exp(-np.abs(codes[i] - codes[j]).sum(1))
    return out


def test_it_appends_the_papers_formula() -> None:
    torch.manual_seed(0)
    layer = MinibatchDiscrimination(7, 4, 3)
    with torch.no_grad():
        layer.log_scale.uniform_(-1, 1)
        layer.bias.uniform_(-1, 1)
    features = torch.randn(6, 7)
    out = layer(features)
    assert torch.equal(out[:, :7], features)
    np.testing.assert_allclose(out[:, 7:].detach().numpy(), by_hand(layer, features), rtol=1e-4, atol=1e-5)


def test_it_starts_as_the_official_code() -> None:
    torch.manual_seed(0)
    layer = MinibatchDiscrimination(500)
    assert layer.direction.shape == (500, 100, 5)
    assert layer.direction.std().item() == pytest.approx(0.05, rel=0.01)
    assert not layer.log_scale.any()
    assert (layer.bias == -1).all()


def test_one_sample_alone_has_no_neighbours_and_copies_have_all() -> None:
    layer = MinibatchDiscrimination(3, 2)
    sample = torch.randn(1, 3)
    assert layer(sample)[:, 3:].tolist() == [[-1.0, -1.0]]
    torch.testing.assert_close(layer(sample.expand(5, 3))[:, 3:], torch.full((5, 2), 4.0 - 1.0))


def test_compiled_equals_eager() -> None:
    layer = MinibatchDiscrimination(5, 3)
    features = torch.randn(4, 5)
    compiled = torch.compile(layer, backend="aot_eager", fullgraph=True)
    torch.testing.assert_close(compiled(features), layer(features))


def test_a_critic_of_points_scores_a_sample_by_its_batch_and_learns_to() -> None:
    torch.manual_seed(0)
    critic = Discriminator((2,), [8], minibatch_discrimination=6)
    assert critic.feature_dim == 8 + 6
    points = torch.randn(5, 2)
    assert (critic(points)[0] - critic(points[:2])[0]).abs() > 1e-6
    critic(points).square().sum().backward()
    (layer,) = (module for module in critic.modules() if isinstance(module, MinibatchDiscrimination))
    assert all(weight.grad is not None and weight.grad.abs().max() > 0 for weight in layer.parameters())


@pytest.mark.parametrize(("kernels", "size"), [(-1, 5), (3, 0)])
def test_no_kernels_are_refused(kernels: int, size: int) -> None:
    with pytest.raises(ValueError, match=f"with {kernels} kernels of size {size}; allowed 1 or more of both"):
        MinibatchDiscrimination(4, kernels, size)
