"""The conditional GAN: the non-saturating loss on scores of samples with their labels."""

from dataclasses import dataclass
from typing import ClassVar

from gan_runner.losses.nonsaturating import NonSaturating


@dataclass(frozen=True)
class Conditional(NonSaturating):
    r"""``NonSaturating`` between players that are both told the class c: real and fake are compared class by class.

    With sp(t) = log(1 + e^t) and f(., c) the score of a sample together with a label,

        D: E sp(-f(x, c)) + E sp(f(y, c))
        G: E sp(-f(y, c))

    Networks that are not told the class are refused; the maths is that of the parent.

    Reference: Mirza and Osindero 2014, arXiv 1411.1784, eq. 2.
    """

    needs_labels: ClassVar[bool] = True
