import numpy as np
import pytest
import torch

from gan_runner.data import mnist, stacked_mnist


def test_each_channel_is_a_digit_of_mnist_and_the_label_spells_them() -> None:
    source = stacked_mnist.load(count=60)
    assert source.samples.shape == (60, 3, 28, 28)
    assert source.samples.dtype == torch.uint8
    assert source.labels is not None
    digits = mnist.load()
    known = dict(zip((image.tobytes() for image in digits.samples.numpy()), digits.labels.tolist(), strict=True))
    for picture, label in zip(source.samples.numpy(), source.labels.tolist(), strict=True):
        a, b, c = (known[np.ascontiguousarray(channel).tobytes()] for channel in picture)
        assert label == 100 * a + 10 * b + c
        assert source.classes[label] == f"{a}{b}{c}"


def test_the_classes_are_as_frequent_as_independent_draws_make_them() -> None:
    source = stacked_mnist.load(count=20_000, split="test")
    assert source.labels is not None
    assert len(source.classes) == len(set(source.classes)) == 1000
    digits = torch.stack([source.labels // 100, source.labels // 10 % 10, source.labels % 10])
    test_set = torch.tensor([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]) / 10_000
    for channel in digits:
        shares = torch.bincount(channel, minlength=10) / 20_000
        assert (shares - test_set).abs().max() < 4 * (0.1 * 0.9 / 20_000) ** 0.5
    for one, other in [(0, 1), (0, 2), (1, 2)]:
        pairs = torch.bincount(10 * digits[one] + digits[other], minlength=100) / 20_000
        assert (pairs - torch.outer(test_set, test_set).flatten()).abs().max() < 5 * (0.01 / 20_000) ** 0.5


def test_another_size_is_the_digits_own_resize() -> None:
    small = mnist.load("test", size=16).samples.numpy()
    known = {image.tobytes() for image in small}
    source = stacked_mnist.load(count=20, split="test", size=16)
    assert source.samples.shape == (20, 3, 16, 16)
    assert all(np.ascontiguousarray(channel).tobytes() in known for picture in source.samples for channel in picture)


def test_the_stacks_depend_on_the_seed_alone() -> None:
    torch.manual_seed(1)
    first = stacked_mnist.load(count=100, split="test", seed=3)
    torch.manual_seed(2)
    state = torch.get_rng_state()
    assert stacked_mnist.load(count=100, split="test", seed=3).fingerprint == first.fingerprint
    assert torch.equal(torch.get_rng_state(), state)
    assert stacked_mnist.load(count=100, split="test", seed=4).fingerprint != first.fingerprint


@pytest.mark.parametrize("wrong", [{"count": 0}, {"size": 0}, {"seed": -1}])
def test_senseless_parameters_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        stacked_mnist.load(**wrong)
