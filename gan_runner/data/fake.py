"""Random pictures that stand in for a data set where only shapes and speed matter."""

import torch

from gan_runner.data.source import Source


def load(channels: int = 1, size: int = 28, count: int = 512, classes: int = 10) -> Source:
    """Return ``count`` pictures of uniform noise, uint8 ``[count, channels, size, size]``, the same ones every time.

    Labels go round the ``classes`` in turn and have nothing to do with the pictures.
    """
    for name, value in {"channels": channels, "size": size, "count": count, "classes": classes}.items():
        if value < 1:
            raise ValueError(f"{name} must be positive, got {value}; allowed 1 or more")
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (count, channels, size, size), dtype=torch.uint8, generator=generator)
    return Source("fake", images, torch.arange(count) % classes, classes=tuple(str(label) for label in range(classes)))
