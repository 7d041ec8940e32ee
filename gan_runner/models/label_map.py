"""A linear layer on one-hot labels."""

import torch
from torch import Tensor, nn


class LabelMap(nn.Module):
    """A linear layer of the one-hot vector of a label, as a look-up: row ``label`` of the weights plus the bias.

    The same function and gradients as ``nn.Linear(classes, outputs)`` on ``one_hot(label)``, and its starting weights,
    U(-1, 1) / sqrt(classes); but the one-hot vectors, 3,740 long for Chinese characters, are never made.
    """

    def __init__(self, classes: int, outputs: int) -> None:
        super().__init__()
        bound = classes**-0.5
        self.weight = nn.Parameter(torch.empty(classes, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(outputs).uniform_(-bound, bound))

    def forward(self, labels: Tensor) -> Tensor:
        """Return the map ``[B, outputs]`` of ``labels`` ``[B]`` int64."""
        return nn.functional.embedding(labels, self.weight) + self.bias
