import numpy as np
import pytest
import torch

from gan_runner.losses.gan import Minimax
from gan_runner.losses.lsgan import LeastSquares
from gan_runner.losses.relativistic import Relativistic
from gan_runner.losses.smoothing import smoothed

REAL, FAKE = torch.tensor([0.3, -2.0, 4.0]).double(), torch.tensor([-0.7, 1.5, 0.2]).double()


def test_a_smoothed_logistic_loss_is_cross_entropy_with_target_0_9() -> None:
    real, fake = REAL.numpy(), FAKE.numpy()
    p_real, p_fake = 1 / (1 + np.exp(-real)), 1 / (1 + np.exp(-fake))
    expected = -np.mean(0.9 * np.log(p_real) + 0.1 * np.log(1 - p_real)) - np.mean(np.log(1 - p_fake))
    assert smoothed(Minimax(), 0.1).discriminator(REAL, FAKE).item() == pytest.approx(expected)


def test_smoothed_least_squares_have_the_slopes_of_a_target_in_between() -> None:
    scores = REAL.clone().requires_grad_()
    smoothed(LeastSquares(a=-1, b=1, c=0), 0.2).discriminator(scores, FAKE).backward()  # type: ignore[no-untyped-call]
    target = 0.8 * 1 + 0.2 * -1
    assert scores.grad is not None
    np.testing.assert_allclose(scores.grad.numpy(), (REAL.numpy() - target) / 3)


def test_a_pairs_label_is_smoothed_as_one() -> None:
    gap = REAL.numpy() - FAKE.numpy()
    expected = np.mean(0.75 * np.log1p(np.exp(-gap)) + 0.25 * np.log1p(np.exp(gap)))
    assert smoothed(Relativistic(form="paired"), 0.25).discriminator(REAL, FAKE).item() == pytest.approx(expected)


@pytest.mark.parametrize("loss", [Minimax(), LeastSquares(), Relativistic()])
def test_the_generator_is_left_alone_and_nothing_is_the_loss_itself(loss: object) -> None:
    soft = smoothed(loss, 0.3)  # type: ignore[arg-type]
    assert soft.generator(REAL, FAKE) == loss.generator(REAL, FAKE)  # type: ignore[attr-defined]
    assert soft.uses_real_scores == loss.uses_real_scores  # type: ignore[attr-defined]
    assert smoothed(loss, 0.0) is loss  # type: ignore[arg-type]


@pytest.mark.parametrize("share", [-0.1, 0.5, float("nan")])
def test_a_share_out_of_range_is_named(share: float) -> None:
    with pytest.raises(ValueError, match=r"label_smoothing .* allowed 0 to less than 0.5"):
        smoothed(Minimax(), share)
