"""Maxout, a layer that learns its own activation."""

from torch import Tensor, nn


class Maxout(nn.Linear):
    """Each unit is the largest of ``pieces`` linear functions of the input (Goodfellow et al. 2013, arXiv 1302.4389).

    ``[B, inputs]`` becomes ``[B, units]``; the pieces of a unit are neighbouring rows of ``weight``
    ``[units * pieces, inputs]``.
    """

    def __init__(self, inputs: int, units: int, pieces: int = 5) -> None:
        if units < 1 or pieces < 1:
            raise ValueError(
                f"maxout of {units} units of {pieces} pieces; allowed 1 or more of both, e.g. 240 units of 5 pieces"
            )
        super().__init__(inputs, units * pieces)
        self.pieces = pieces

    def forward(self, inputs: Tensor) -> Tensor:
        """Return each unit's largest piece ``[B, units]`` of ``inputs`` ``[B, inputs]``."""
        return super().forward(inputs).reshape(len(inputs), -1, self.pieces).amax(2)
