import math
from itertools import product

import numpy as np
import pytest
import torch

from gan_runner.losses.kernels import mmd, require_lengths, squared_distances, squared_mmd

SCALES = (0.3, 2.0, 9.0)


@pytest.fixture
def sets():
    random = np.random.default_rng(3)
    return random.normal(size=(5, 4)), random.normal(0.4, 1.3, size=(7, 4))


def kernel(a, b, scale):
    return math.exp(-((a - b) ** 2).sum() / (2 * scale))


def by_hand(real, fake, scales):
    def mean(a, b):
        return sum(kernel(u, v, scale) for scale in scales for u, v in product(a, b)) / (len(a) * len(b))

    return mean(real, real) - 2 * mean(real, fake) + mean(fake, fake)


def gradient(objective, real, fake):
    x, y = torch.from_numpy(real), torch.from_numpy(fake).requires_grad_()
    value = objective(x, y)
    return value.item(), torch.autograd.grad(value, y)[0].numpy()


def test_distances_are_those_of_all_pairs(sets):
    a, b = sets
    wanted = ((a[:, None] - b[None]) ** 2).sum(2)
    np.testing.assert_allclose(squared_distances(*map(torch.from_numpy, sets)), wanted, rtol=1e-12)


def test_no_distance_is_below_zero_far_from_the_origin():
    far = torch.randn(50, 8, generator=torch.Generator().manual_seed(0)) + 100.0
    assert squared_distances(far, far).min() == 0.0


def test_squared_mmd_is_the_three_means_over_all_pairs(sets):
    value, _ = gradient(lambda x, y: squared_mmd(x, y, SCALES), *sets)
    assert value == pytest.approx(by_hand(*sets, SCALES), rel=1e-12)


@pytest.mark.parametrize("scale", [0.5, 3.0])
def test_gradient_by_a_fake_is_its_closed_form(scale, sets):
    real, fake = sets
    n, m = len(real), len(fake)
    wanted = np.stack(
        [
            sum(kernel(y, other, scale) * (other - y) for other in fake) * 2 / (m * m * scale)
            - sum(kernel(y, x, scale) * (x - y) for x in real) * 2 / (m * n * scale)
            for y in fake
        ]
    )
    _, slopes = gradient(lambda x, y: squared_mmd(x, y, [scale]), real, fake)
    np.testing.assert_allclose(slopes, wanted, rtol=1e-10)
    rough = squared_mmd(torch.from_numpy(real).float(), y := torch.from_numpy(fake).float().requires_grad_(), [scale])
    assert np.linalg.norm(torch.autograd.grad(rough, y)[0].numpy() - wanted) < 1e-5 * np.linalg.norm(wanted)


def test_root_and_its_gradient(sets):
    squared, slopes = gradient(lambda x, y: squared_mmd(x, y, SCALES), *sets)
    value, root_slopes = gradient(lambda x, y: mmd(x, y, SCALES), *sets)
    assert value == pytest.approx(math.sqrt(squared), rel=1e-12)
    np.testing.assert_allclose(root_slopes, slopes / (2 * math.sqrt(squared)), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("shift", [0.0, 1e3])
def test_same_sets_are_no_distance_apart_and_leave_a_finite_gradient(shift):
    real = torch.randn(20, 3, generator=torch.Generator().manual_seed(1)) + shift
    fake = real.clone().requires_grad_()
    value = mmd(real, fake, SCALES)
    assert abs(value.item()) < 1e-3
    assert torch.autograd.grad(value, fake)[0].isfinite().all()


def test_sets_worlds_apart_are_told_apart_without_overflow():
    real, fake = torch.zeros(4, 2), torch.full((4, 2), 1e6).requires_grad_()
    value = squared_mmd(real, fake, SCALES)
    assert value.item() == pytest.approx(2 * len(SCALES))  # all kernels are 1 within a set, 0 between the two
    assert torch.autograd.grad(value, fake)[0].isfinite().all()


def test_float32_sees_sets_that_differ_by_a_thousandth_far_from_the_origin():
    real, fake = torch.full((6, 3), 5.0), torch.full((6, 3), 5.001)
    gap = 3 * (fake[0, 0].double() - 5.0).item() ** 2
    assert squared_mmd(real, fake, [2.0]).item() == pytest.approx(2 * -math.expm1(-gap / 4), rel=1e-4)


def test_autocast_does_not_round_distances(sets):
    real, fake = (torch.from_numpy(side).float() for side in sets)
    plain = squared_mmd(real, fake, SCALES)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(squared_mmd(real, fake, SCALES), plain)


@pytest.mark.parametrize("values", [[], [1.0, 0.0], [-1.0], [float("inf")], [float("nan")]])
def test_lengths_must_be_positive(values):
    with pytest.raises(ValueError, match=r"scales of the kernels must be positive numbers, got .*; use \[1\]"):
        require_lengths("scales", values, "[1]")
