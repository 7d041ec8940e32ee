"""Dropout that several processes of one run share."""

from torch import Tensor, nn

from gan_runner import ranks


class Dropout(nn.Dropout):
    """``nn.Dropout``, of which each rank takes the part for its share of the batch."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Return ``inputs`` ``[B, ...]``, in training with a share ``p`` of them 0 and the others divided by 1 - p."""
        return ranks.whole(super().forward, inputs)


class MapDropout(nn.Dropout2d):
    """``nn.Dropout2d``, which loses whole maps, shared in the same way."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Return ``inputs`` ``[B, C, H, W]``, in training with a share ``p`` of the maps 0, others divided by 1 - p."""
        return ranks.whole(super().forward, inputs)
