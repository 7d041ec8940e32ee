import math
import statistics

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest, ttest_ind

from gan_runner.compare.statistics import (
    Estimate,
    estimate,
    fisher,
    kruskal_wallis,
    permutation,
    sign_test,
    spearman,
    welch,
    wilson,
)


def test_mean_and_standard_error_by_hand() -> None:
    two = estimate([2.0, 4.0])  # deviation sqrt 2, over sqrt 2
    assert two == Estimate(3.0, pytest.approx(1.0), 2)  # type: ignore[arg-type]
    four = estimate([1.0, 2.0, 3.0, 4.0])  # squares 2.25 + 0.25 + 0.25 + 2.25 = 5; sqrt(5/3)/2
    assert four is not None
    assert four.error == pytest.approx(math.sqrt(5 / 3) / 2)


def test_one_seed_has_no_error_and_none_no_mean() -> None:
    assert estimate([5.0]) == Estimate(5.0, None, 1)
    assert estimate([]) is None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Estimate(2.6349, 0.4012, 2), "2.63 ± 0.40"),
        (Estimate(123.4, 17.8, 3), "123 ± 18"),
        (Estimate(0.012345, 0.00067, 3), "0.01235 ± 0.00067"),
        (Estimate(5.0, 0.0, 2), "5 ± 0"),
        (Estimate(3.14159, None, 1), "3.142"),
    ],
)
def test_an_estimate_is_told_as_far_as_its_error_lets_it_count(value: Estimate, told: str) -> None:
    assert str(value) == told


def test_wilson_at_the_ends_is_the_closed_form() -> None:
    z2 = 1.959964**2
    assert wilson(0, 2) == pytest.approx((0.0, z2 / (2 + z2)), abs=1e-6)
    assert wilson(5, 5) == pytest.approx((5 / (5 + z2), 1.0), abs=1e-6)


def test_wilson_of_eight_in_ten() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)  # a textbook's example


@given(count=st.integers(1, 60), data=st.data())
def test_wilson_holds_the_rate_and_is_scipys(count: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, count))
    low, high = wilson(successes, count)
    assert -1e-12 <= low <= successes / count + 1e-12
    assert successes / count - 1e-12 <= high <= 1 + 1e-12
    theirs = binomtest(successes, count).proportion_ci(0.95, method="wilson")
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_welch_of_two_pairs_by_hand() -> None:
    # variances 2 and 2, standard error sqrt(2/2 + 2/2), 2 degrees of freedom, t = 4.302653
    half = 4.302653 * math.sqrt(2)
    assert welch([0.0, 2.0], [10.0, 12.0]) == pytest.approx((10 - half, 10 + half), rel=1e-6)


@given(
    first=st.lists(st.floats(-50, 50), min_size=2, max_size=6),
    second=st.lists(st.floats(-50, 50), min_size=2, max_size=6),
)
def test_welch_is_scipys(first: list[float], second: list[float]) -> None:
    assume(min(statistics.stdev(first), statistics.stdev(second)) > 1e-3)
    theirs = ttest_ind(second, first, equal_var=False).confidence_interval(0.95)
    assert welch(first, second) == pytest.approx((theirs.low, theirs.high), rel=1e-6, abs=1e-6)


def test_welch_of_seeds_that_do_not_vary_is_the_difference() -> None:
    assert welch([1.0, 1.0], [3.0, 3.0]) == (2.0, 2.0)


def test_ten_pairs_of_which_nine_rise() -> None:
    assert sign_test([0.0] * 10, [1.0] * 9 + [-1.0]) == pytest.approx(2 * (1 + 10) / 1024)  # by hand: k = 0 and 1


def test_pairs_that_are_equal_do_not_count_in_the_sign_test() -> None:
    assert sign_test([0.0, 1.0, 2.0], [0.0, 2.0, 3.0]) == 0.5
    assert sign_test([1.0], [1.0]) == 1.0


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    # ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: covariance 4.5 over sqrt(4.5 * 5)
    assert spearman([1, 2, 2, 3], [1, 2, 3, 4]) == pytest.approx(4.5 / (4.5 * 5) ** 0.5)
    with pytest.raises(ValueError, match="two different values"):
        spearman([1, 1], [1, 2])


def test_five_of_five_against_none() -> None:
    assert fisher((5, 0), (5, 5)) == pytest.approx(2 / 252)  # by hand: two of the C(10, 5) ways to choose five


def test_kruskal_wallis_by_hand() -> None:
    # rank sums 6, 15, 24: H = 12 / 90 (36 + 225 + 576) / 3 - 30 = 7.2, and chi-square of 2 degrees is exponential
    assert kruskal_wallis([[1, 2, 3], [4, 5, 6], [7, 8, 9]]) == pytest.approx(math.exp(-3.6))
    assert kruskal_wallis([[8, 8], [8, 8]]) == 1


def test_the_permutation_test_counts_divisions() -> None:
    assert permutation([1, 2, 3], [4, 5, 6]) == 1 / 20
    assert permutation([4, 5, 6], [1, 2, 3]) == 1
    assert permutation([0.1, 0.2], [0.2, 0.3]) == 2 / 6  # 0.2 + 0.3 twice, of six pairs
    assert permutation([8, 8], [8, 8]) == 1


def test_spearman_by_hand() -> None:
    # ranks 0 1 2 3 against 1 0 3 2: 1 - 6 (1 + 1 + 1 + 1) / (4 (16 - 1))
    assert spearman([1.0, 2.0, 30.0, 400.0], [0.2, 0.1, 9.0, 8.0]) == pytest.approx(0.6)


def test_fisher_of_a_lady_who_tastes_tea() -> None:
    assert fisher((3, 1), (4, 4), "greater") == pytest.approx(17 / 70)  # Fisher's own example
    assert fisher((4, 0), (4, 4), "greater") == pytest.approx(1 / 70)
