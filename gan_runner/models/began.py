"""BEGAN's networks (Berthelot et al. 2017, arXiv 1703.10717), at 28 to 128 pixels."""

from torch import Tensor, nn

from gan_runner.models import base
from gan_runner.models.autoencoder import Autoencoder
from gan_runner.models.layers import init_glorot, square_picture
from gan_runner.models.upsampled_conv import UpsampledConv2d
from gan_runner.types import Shape

# side of the picture -> (side of the smallest maps, sides in all)
_STAGES = {28: (7, 3), 32: (8, 3), 64: (8, 4), 128: (8, 5)}


def _plan(shape: Shape, width: int) -> tuple[int, int, int]:
    """Return (channels of the picture, side of the smallest maps, sides in all)."""
    if width < 1:
        raise ValueError(f"width of the largest maps, got {width}; allowed 1 or more; BEGAN's are 64 and 128")
    channels, size = square_picture("began", shape, tuple(_STAGES))
    return channels, *_STAGES[size]


def _decoder(inputs: int, shape: Shape, width: int) -> nn.Sequential:
    channels, side, stages = _plan(shape, width)
    layers: list[nn.Module] = [nn.Linear(inputs, width * side * side), nn.Unflatten(1, (width, side, side))]
    for stage in range(stages):
        # Saved weights are named after places: the identity keeps that of a doubling which is part of its convolution.
        first = [nn.Identity(), UpsampledConv2d(width, width, 3)] if stage else [nn.Conv2d(width, width, 3, padding=1)]
        layers += [*first, nn.ELU(), nn.Conv2d(width, width, 3, padding=1), nn.ELU()]
    return nn.Sequential(*layers, nn.Conv2d(width, channels, 3, padding=1))


def _encoder(code: int, shape: Shape, width: int) -> nn.Sequential:
    channels, side, stages = _plan(shape, width)
    layers: list[nn.Module] = [nn.Conv2d(channels, width, 3, padding=1), nn.ELU()]
    inputs = width
    for stage in range(stages):
        outputs = (stage + 1) * width
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ELU(), nn.Conv2d(outputs, outputs, 3, padding=1)]
        layers += [nn.ELU()]
        layers += [nn.Conv2d(outputs, outputs, 3, 2, 1), nn.ELU()] if stage + 1 < stages else []
        inputs = outputs
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(inputs * side * side, code))


class Generator(base.Generator):
    """FC to ``width`` maps of 8x8 - [two 3x3 convs, side x 2] as often as needed - two 3x3 convs - 3x3 conv.

    ELU follows all convolutions but the last, which is linear, so that pictures may leave -1..1 a little; the doubling
    repeats pixels; nothing is normalised. Pictures of 28 start from 7x7, which is ours. Glorot uniform starting
    weights, width 128 and latents of 64 are those of a widespread port of BEGAN (carpedm20), whose net this is.
    """

    def __init__(self, latent_dim: int, shape: Shape, width: int = 128) -> None:
        super().__init__()
        self.body = _decoder(latent_dim, shape, width)
        init_glorot(self)

    def forward(self, latent: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return pictures ``[B, *shape]`` from ``latent`` ``[B, Z]``; labels play no part."""
        pictures: Tensor = self.body(latent)
        return pictures


class Discriminator(Autoencoder):
    """Encoder: 3x3 conv w - [two 3x3 convs, 3x3 conv of stride 2] with w, 2w, 3w, ... maps - two convs - FC ``code``.

    ELU follows every convolution and nothing the code. The decoder has the generator's shape; the error is the mean of
    absolute differences. As the port has it.
    """

    def __init__(self, shape: Shape, width: int = 128, code: int = 64) -> None:
        if code < 1:
            raise ValueError(f"code (numbers between encoder and decoder), got {code}; allowed 1 or more; BEGAN has 64")
        super().__init__(_encoder(code, shape, width), _decoder(code, shape, width), code, "absolute")
        init_glorot(self)
