"""The 95th percentile as carriers count it, by hand and by its properties."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from traffic.planning.percentile import bill_percentile

samples = arrays(np.float64, st.integers(1, 400), elements=st.floats(0, 1e12, allow_subnormal=False))


def test_a_month_of_30_days_drops_432_samples_and_bills_the_8208th_from_below() -> None:
    # SwiftFederation's documentation, "95th Percentile Bandwidth Billing": 8,640 samples, the top 432 are
    # discarded, the highest of the remaining 8,208 is billed.
    month = np.random.default_rng(0).permutation(np.arange(1.0, 8_641.0))
    assert bill_percentile(month) == 8_208.0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([5.0], 5.0),
        ([1.0, 9.0], 9.0),
        # Of 19 nothing is dropped, of 20 one is, of 40 two are.
        (range(1, 20), 19.0),
        (range(1, 21), 19.0),
        (range(1, 41), 38.0),
        ([*range(1, 21), np.nan, np.nan], 19.0),
    ],
)
def test_ranks_counted_by_hand(values: object, expected: float) -> None:
    assert bill_percentile(np.array(list(values), dtype=float)) == expected  # type: ignore[call-overload]


def test_nothing_known_is_no_percentile() -> None:
    assert np.isnan(bill_percentile(np.array([])))
    assert np.isnan(bill_percentile(np.array([np.nan, np.nan])))
    several = bill_percentile(np.array([[1.0, 2.0], [np.nan, 3.0], [np.nan, np.nan]]))
    np.testing.assert_array_equal(several, [2.0, 3.0, np.nan])


@given(samples, st.randoms(use_true_random=False))
def test_order_does_not_matter(values: np.ndarray, random: object) -> None:
    shuffled = values.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert bill_percentile(shuffled) == bill_percentile(values)


@given(samples, st.sampled_from([0.25, 2.0, 1024.0]))
def test_another_unit_is_another_figure_of_the_same_percentile(values: np.ndarray, factor: float) -> None:
    assert bill_percentile(factor * values) == factor * bill_percentile(values)


@given(samples)
def test_one_in_twenty_at_most_lies_above_it(values: np.ndarray) -> None:
    percentile = bill_percentile(values)
    assert np.count_nonzero(values > percentile) <= values.size // 20
    assert percentile in values


def test_duckdb_counts_the_same_rank() -> None:
    # The night's weeks, and query 06, take it in SQL.
    with duckdb.connect() as connection:
        pairs = "range(1, 1001) t(n), range(1, 1001) u(i)"
        asked = f"SELECT n, quantile_disc(i, 0.95) FROM {pairs} WHERE i <= n GROUP BY n"
        found = connection.execute(asked).fetchall()
    assert len(found) == 1000
    for n, percentile in found:
        assert percentile == bill_percentile(np.arange(1.0, n + 1.0)), n
