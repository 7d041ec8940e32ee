"""How sure one may be: errors over seeds, intervals of rates and differences, tests of them, rank correlation."""

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

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
    """Return the 95 % interval of a rate by Wilson's score (JASA 22, 1927): within 0..1, and honest at 0 and at 1.

    (p + z²/2n ± z sqrt(p (1 - p)/n + z²/4n²)) / (1 + z²/n)
    """
    z, rate = statistics.NormalDist().inv_cdf((1 + LEVEL) / 2), successes / count
    centre, stretch = rate + z**2 / (2 * count), 1 + z**2 / count
    half = z * math.sqrt(rate * (1 - rate) / count + z**2 / (4 * count**2))
    return max(0.0, (centre - half) / stretch), min(1.0, (centre + half) / stretch)


def welch(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of mean(second) - mean(first) by Welch's t (Biometrika 34, 1947).

    The variances may differ; each sample has two numbers or more. If neither varies, it is the bare difference.
    """
    from scipy.special import stdtrit  # of scipy.stats, which takes half a second to import, nothing else is needed

    difference = statistics.fmean(second) - statistics.fmean(first)
    squares = [statistics.variance(sample) / len(sample) for sample in (first, second)]
    if sum(squares) == 0:
        return difference, difference
    shares = [square / sum(squares) for square in squares]
    freedom = 1 / sum(share**2 / (len(sample) - 1) for share, sample in zip(shares, (first, second), strict=True))
    half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * math.sqrt(sum(squares))
    return difference - half, difference + half


def sign_test(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the two-sided p of the sign test for pairs: as many should rise as fall. Equal pairs do not count."""
    from scipy.stats import binomtest

    differences = [b - a for a, b in zip(first, second, strict=True) if a != b]
    rises = sum(difference > 0 for difference in differences)
    return float(binomtest(rises, len(differences)).pvalue) if differences else 1.0


def fisher(
    successes: tuple[int, int], counts: tuple[int, int], alternative: Literal["two-sided", "greater"] = "two-sided"
) -> float:
    """Return the p of Fisher's exact test that two rates are alike, or the first not ``greater`` (JRSS 98, 1935).

    ``successes`` are those among ``counts`` of either kind.
    """
    from scipy.stats import fisher_exact

    table = [[hits, count - hits] for hits, count in zip(successes, counts, strict=True)]
    return float(fisher_exact(table, alternative).pvalue)


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Return Spearman's rank correlation (Am. J. Psychol. 15, 1904), equal values sharing the mean of their ranks.

    Raises: ValueError if either is constant or has fewer than two values.
    """
    from scipy.stats import spearmanr

    if min(len(set(first)), len(set(second))) < 2:
        raise ValueError("a rank correlation needs two different values at least on either side")
    return float(spearmanr(first, second).statistic)


def kruskal_wallis(groups: Sequence[Sequence[float]]) -> float:
    """Return the p-value that so different ranks come by chance, if all groups are alike (JASA 47, 1952).

    Ties are corrected for, H is held against chi-square; 1 if all numbers are the same.
    """
    from scipy.stats import kruskal

    same = len({value for group in groups for value in group}) == 1
    return 1.0 if same else float(kruskal(*groups).pvalue)


def permutation(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the one-sided p-value of mean(second) > mean(first), exactly, over all divisions of the numbers.

    It is the share of divisions, this one with them, whose second group has no smaller a sum. Ten and ten numbers
    have 184,756 divisions, 0.2 seconds.
    """
    pool = [*first, *second]
    reached = sum(second) - 1e-9 * max(map(abs, pool), default=0.0)  # sums in another order differ in their last digits
    sums = [sum(chosen) for chosen in itertools.combinations(pool, len(second))]
    return sum(value >= reached for value in sums) / len(sums)
