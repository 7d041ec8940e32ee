"""Networks of papers whose pictures lie in 0..1, on pictures in -1..1: exactly the same functions."""

from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.types import Shape


class ScaledSigmoid(nn.Module):
    """The sigmoid s(a) of a picture in 0..1, as the picture 2 s(a) - 1 = tanh(a / 2) in -1..1."""

    def forward(self, raw: Tensor) -> Tensor:
        """Return tanh(a / 2) of ``raw``, any shape."""
        return (raw / 2).tanh()


def to_unit(pictures: Tensor) -> Tensor:
    """Return ``pictures`` of -1..1 in 0..1."""
    return (pictures + 1) / 2


def pictures_only(arch: str, shape: Shape) -> Shape:
    """Return ``shape`` if it is a picture's ``(C, H, W)``; UsageError for points, which have no bounds."""
    if len(shape) != 3:
        raise UsageError(f"arch={arch} makes pictures; got {shape[0]}-D points; use arch=mlp")
    return shape
