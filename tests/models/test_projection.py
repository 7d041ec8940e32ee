import numpy as np
import torch

from gan_runner.models.projection import Projection


def test_a_features_projection_is_its_product_with_the_vector_of_its_class() -> None:
    layer, features, labels = Projection(3, 5), torch.randn(4, 3), torch.tensor([2, 0, 4, 2])
    vectors, values = layer.weight.detach().numpy(), features.numpy()
    expected = np.array([vectors[label] @ values[row] for row, label in enumerate(labels.tolist())])
    np.testing.assert_allclose(layer(features, labels).detach().numpy(), expected, rtol=1e-5, atol=1e-6)
    assert layer.bias is None


def test_it_is_what_a_linear_layer_gives_for_the_label() -> None:
    layer, features, labels = Projection(3, 5), torch.randn(4, 3), torch.tensor([2, 0, 4, 2])
    every = features @ layer.weight.T
    torch.testing.assert_close(layer(features, labels), every[torch.arange(4), labels])
