"""The least squares objective."""

from dataclasses import dataclass

from torch import Tensor

from gan_runner.losses.base import SeparableLoss


@dataclass(frozen=True)
class LeastSquares(SeparableLoss):
    r"""Squared distance of each score from a label: ``a`` for fake, ``b`` for real, ``c`` what the generator aims at.

        D: 0.5 E (f(x) - b)^2 + 0.5 E (f(y) - a)^2
        G: 0.5 E (f(y) - c)^2

    For fixed p_g the best f is (b p_d + a p_g) / (p_d + p_g). If b - c = 1 and b - a = 2, as for (-1, 1, 0), G then
    minimises half the Pearson chi-square divergence of 2 p_g from p_d + p_g, up to a constant (eq. 8);
    (0, 1, 1) labels the samples as a classifier would (eq. 9).

    Reference: Mao et al. 2017, arXiv 1611.04076, eq. 2. Its official code sums over the batch; here it is the mean.

    Raises:
        ValueError: if ``a`` equals ``b``.
    """

    a: float = 0.0
    b: float = 1.0
    c: float = 1.0

    def __post_init__(self) -> None:
        if self.a == self.b:
            raise ValueError(
                f"a (label of fake) and b (label of real) must differ, got {self.a} for both; "
                "use a=0 b=1 c=1, or a=-1 b=1 c=0"
            )

    def real_term(self, real_scores: Tensor) -> Tensor:
        """Return 0.5 E (f(x) - b)^2 of the real scores ``[B]``."""
        return 0.5 * (real_scores - self.b).square().mean()

    def fake_term(self, fake_scores: Tensor) -> Tensor:
        """Return 0.5 E (f(y) - a)^2 of the fake scores ``[B]``."""
        return 0.5 * (fake_scores - self.a).square().mean()

    def generator(self, real_scores: Tensor | None, fake_scores: Tensor) -> Tensor:
        """Return 0.5 E (f(y) - c)^2 of the fake scores ``[B]``."""
        return 0.5 * (fake_scores - self.c).square().mean()
