"""How a metric asks for generated samples."""

from torch import Tensor

from gan_runner.errors import TrainingFailedError
from gan_runner.metrics.base import Sample


def draw(sample: Sample, count: int) -> Tensor:
    """Return ``count`` generated samples ``[count, *shape]``; raise TrainingFailedError if one is not finite.

    Distances and assignments are undefined on infinities, and would fail deep inside a solver without saying why.
    """
    samples = sample(count)
    if not samples.isfinite().all():
        raise TrainingFailedError("the generator's samples are not finite numbers: training has diverged")
    return samples
