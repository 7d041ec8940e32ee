"""Mode counting, for data whose modes are known."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from gan_runner.data.source import Mixture, Source
from gan_runner.errors import UsageError
from gan_runner.metrics.base import Direction, Metric
from gan_runner.metrics.transport import MOST_PAIRED, wasserstein1
from gan_runner.types import Generated

SEED = 1


class Modes(Metric):
    """How many modes of a mixture the generator reaches, and how well.

    Each of ``samples`` generated points belongs to its nearest centre, and is of high quality if that is within 3 sd
    (Euclidean). Values:

    ``modes``         modes with at least one sample of high quality
    ``high_quality``  share of samples of high quality, 0..1
    ``occupied``      modes that receive more than 1 % of all samples, of whatever quality (with more than 25 modes:
                      more than a quarter of an equal share). With narrow modes a blurry generator that covers them all
                      has almost no sample of high quality, and only this value shows the coverage.
    ``kl``            sum p log(p K), the KL divergence in nats of the high-quality samples' histogram p over the K
                      modes from the uniform one; without any such sample log K, as if all sat in one mode
    ``w1``            exact Wasserstein-1 distance, in the points' own units, between ``wasserstein_samples`` generated
                      points and as many from the mixture itself, equally many a mode (other than the training points).
                      It has a floor: 512 points of the mixture itself score about 0.05 on the 8-mode ring, 0.3 on the
                      25-mode grid, for the modes then get a few more or fewer points than their share.

    References: Srivastava et al., VEEGAN (arXiv:1705.07761); Lin et al., PacGAN (arXiv:1712.04086), section 4.
    """

    directions: ClassVar[Mapping[str, Direction]] = {
        "modes": "max",
        "high_quality": "max",
        "occupied": "max",
        "kl": "min",
        "w1": "min",
    }

    def __init__(
        self,
        samples: int = 2500,
        wasserstein_samples: int = 512,
        monitor: Literal["modes", "high_quality", "occupied", "kl", "w1"] = "w1",
    ) -> None:
        if samples < 1:
            raise ValueError(f"samples must be a number of points, got {samples}; allowed 1 or more; 2500 is usual")
        most = min(samples, MOST_PAIRED)
        if not 1 <= wasserstein_samples <= most:
            raise ValueError(
                f"wasserstein_samples must be part of the samples, got {wasserstein_samples}; allowed 1..{most}"
            )
        self.samples = samples
        self.monitor = monitor
        self._wasserstein_samples = wasserstein_samples

    def check(self, source: Source) -> None:
        """Raise UsageError unless the source knows its modes."""
        _mixture(source)

    def prepare(self, source: Source, device: torch.device) -> None:
        """Draw the points of the mixture that generated ones are matched with, from a fixed seed."""
        mixture = _mixture(source)
        self._centres = mixture.centres.double()
        self._sd = mixture.sd
        modes = torch.arange(self._wasserstein_samples) % len(self._centres)
        generator = torch.Generator().manual_seed(SEED)
        noise = torch.randn(len(modes), self._centres.shape[1], dtype=torch.float64, generator=generator)
        self._real = self._centres[modes] + self._sd * noise

    def evaluate(self, batches: Iterable[Generated]) -> dict[str, float]:
        """Return ``modes``, ``high_quality``, ``occupied``, ``kl`` and ``w1``."""
        points = torch.cat([batch.samples.cpu() for batch in batches]).double()
        distances, nearest = torch.cdist(points, self._centres).min(dim=1)
        good = distances <= 3 * self._sd
        count = len(self._centres)
        histogram = torch.bincount(nearest[good], minlength=count)
        shares = torch.bincount(nearest, minlength=count) / len(points)
        return {
            "modes": float((histogram > 0).sum()),
            "high_quality": float(good.double().mean()),
            "occupied": float((shares > min(0.01, 0.25 / count)).sum()),
            "kl": _kl_from_uniform(histogram),
            "w1": wasserstein1(self._real, points[: self._wasserstein_samples]),
        }

    def describe(self, values: Mapping[str, float]) -> str:
        """Return e.g. ``8 of 8 modes, 93.1 % within 3 sd, occupancy 8 of 8, W1 0.021``."""
        count = len(self._centres)
        return (
            f"{values['modes']:.0f} of {count} modes, {100 * values['high_quality']:.1f} % within 3 sd, "
            f"occupancy {values['occupied']:.0f} of {count}, W1 {values['w1']:.3f}"
        )

    def seconds(self) -> float:
        """Return what the assignment takes: 10 ms for 512 points, and its cube law."""
        return 0.01 * (self._wasserstein_samples / 512) ** 3

    def provenance(self) -> dict[str, Any]:
        """Return the numbers of points and the mixture's seed."""
        return {"samples": self.samples, "wasserstein_samples": self._wasserstein_samples, "seed": SEED}

    def goal(self) -> dict[str, float]:
        """Return that all modes are reached and occupied."""
        return {"modes": float(len(self._centres)), "occupied": float(len(self._centres))}


def _mixture(source: Source) -> Mixture:
    if source.mixture is None:
        raise UsageError(
            f"metric=modes needs data with known modes; got data {source.name}; use metric=classifier or metric=none"
        )
    return source.mixture


def _kl_from_uniform(histogram: Tensor) -> float:
    """Return sum p log(p K) of a histogram ``[K]`` of counts, or its largest value log K if nothing was counted."""
    if histogram.sum() == 0:
        return math.log(len(histogram))
    shares = histogram[histogram > 0].double() / histogram.sum()
    return float((shares * (shares * len(histogram)).log()).sum())
