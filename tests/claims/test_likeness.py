import numpy as np
import torch

from gan_runner.claims.likeness import correlations


def test_it_is_numpys_correlation_of_every_pair() -> None:
    rng = np.random.default_rng(0)
    pictures, templates = rng.integers(0, 256, (3, 4, 5)), rng.integers(0, 256, (2, 4, 5))
    expected = np.corrcoef(pictures.reshape(3, -1), templates.reshape(2, -1))[:3, 3:]
    found = correlations(torch.from_numpy(pictures).to(torch.uint8), torch.from_numpy(templates).to(torch.uint8))
    assert np.abs(found.numpy() - expected).max() < 1e-6


def test_a_picture_without_contrast_is_like_nothing() -> None:
    assert correlations(torch.full((1, 4), 7.0), torch.tensor([[0.0, 1.0, 2.0, 3.0]])).item() == 0
