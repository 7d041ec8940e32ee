"""How sure one may be: standard errors over seeds, Wilson intervals of rates, Welch intervals of differences."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """The mean of ``count`` seeds and its standard error, the sample's standard deviation / sqrt(count).

    With one seed the error is unknown: None.
    """

    mean: float
    error: float | None
    count: int

    def __str__(self) -> str:
        """Return e.g. ``2.63 ± 0.40``: the error with two digits, the mean as far as the error lets it count."""
        if self.error is None:
            return f"{self.mean:.4g}"
        if self.error == 0:
            return f"{self.mean:.4g} ± 0"
        digits = max(0, 1 - math.floor(math.log10(self.error)))
        return (
            f"{self.mean:.{digits}f} ± {self.error:.{digits}f}" if digits < 8 else f"{self.mean:.4g} ± {self.error:.2g}"
        )


def estimate(values: Sequence[float]) -> Estimate | None:
    """Return mean and standard error of one number a seed; None of no numbers."""
    if not values:
        return None
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None
    return Estimate(statistics.fmean(values), error, len(values))


def wilson(successes: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a rate by Wilson's score (JASA 22, 1927): within 0..1, and honest at 0 and at 1."""
    from scipy.stats import binomtest  # half a second to import

    interval = binomtest(successes, count).proportion_ci(LEVEL, method="wilson")
    return float(interval.low), float(interval.high)


def welch(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of mean(second) - mean(first) by Welch's t (Biometrika 34, 1947).

    The variances may differ; each sample has two numbers or more. If neither varies, it is the bare difference.
    """
    from scipy.stats import ttest_ind

    if len({*first}) == 1 and len({*second}) == 1:
        difference = second[0] - first[0]
        return difference, difference
    interval = ttest_ind(second, first, equal_var=False).confidence_interval(LEVEL)
    return float(interval.low), float(interval.high)
