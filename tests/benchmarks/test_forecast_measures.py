"""Measures against closed forms: errors, pinball loss, coverage and its bootstrap."""

from __future__ import annotations

import numpy as np
import pytest
from forecast_measures import (
    REPLICATIONS,
    block_days,
    coverage,
    geometric_mean,
    hits_by_day,
    interval_95,
    mase,
    resampled_coverage,
    scaled_pinball,
    scales_of,
)

from traffic.models.quantiles import QUANTILE_LEVELS

DAY = 4


def panel(seed: int = 0, series: int = 2, origins: int = 3):
    rng = np.random.default_rng(seed)
    actual = rng.normal(size=(series, origins, DAY))
    quantiles = np.sort(rng.normal(size=(series, origins, DAY, 7)), axis=-1)
    return actual, quantiles


def test_scale_is_the_mean_difference_between_days_of_the_whole_record():
    days = np.arange(5.0)[:, None] ** 2 * np.ones(DAY)
    values = np.stack([days.ravel(), np.full(5 * DAY, 7.0), np.full(5 * DAY, np.nan)])
    scales = scales_of(values, DAY)
    assert scales[0] == np.mean([1, 3, 5, 7])
    assert np.isnan(scales[1:]).all()


def test_mase_is_the_mean_error_over_the_scale_where_values_are_known():
    actual, _ = panel()
    points = actual + np.array([3.0, -0.5])[:, None, None]
    actual[0, 1] = np.nan
    points[1, 2, 3] = np.nan
    assert mase(actual, points, np.array([2.0, 0.25])) == pytest.approx([1.5, 2.0])


def test_a_series_without_values_or_without_a_scale_is_not_scored():
    actual, quantiles = panel()
    actual[0] = np.nan
    assert np.isnan(mase(actual, quantiles[..., 3], np.array([1, np.nan]))).all()
    assert np.isnan(scaled_pinball(actual, quantiles, np.array([1, np.nan]))).all()


def test_pinball_of_quantiles_that_coincide_is_half_the_absolute_error():
    # The levels are symmetric about one half, so their mean weight is one half on either side.
    actual, quantiles = panel(1)
    quantiles[:] = quantiles[..., 3:4]
    scales = np.array([2.0, 5.0])
    assert scaled_pinball(actual, quantiles, scales) == pytest.approx(
        mase(actual, quantiles[..., 3], scales) / 2
    )


def test_pinball_is_that_of_a_plain_loop():
    actual, quantiles = panel(2)
    scales = np.array([2.0, 5.0])
    slow = [
        np.mean(
            [
                max(level * (y - q), (level - 1) * (y - q))
                for y, row in zip(actual[s].ravel(), quantiles[s].reshape(-1, 7), strict=True)
                for level, q in zip(QUANTILE_LEVELS, row, strict=True)
            ]
        )
        / scales[s]
        for s in range(2)
    ]
    assert scaled_pinball(actual, quantiles, scales) == pytest.approx(slow)


def test_pinball_is_least_at_the_true_quantiles():
    rng = np.random.default_rng(3)
    actual = rng.normal(size=(1, 200, DAY))
    true = np.broadcast_to(np.quantile(rng.normal(size=100_000), QUANTILE_LEVELS), (1, 200, DAY, 7))
    best = scaled_pinball(actual, true, np.ones(1))
    for other in (true * 1.5, true * 0.5, true + 0.3):
        assert scaled_pinball(actual, other, np.ones(1)) > best


def test_geometric_mean_leaves_out_what_is_not_scored():
    assert geometric_mean(np.array([2.0, np.nan, 8.0])) == pytest.approx(4.0)
    assert np.isnan(geometric_mean(np.array([np.nan])))
    assert geometric_mean(np.array([0.0, 1.0])) == 0.0


def test_hits_count_bounds_and_leave_out_what_is_missing():
    quantiles = np.broadcast_to(np.arange(7.0), (1, 2, DAY, 7)).copy()
    actual = np.array([[[1.0, 5.0, 0.5, np.nan], [0.0, 6.0, 6.5, 3.0]]])
    quantiles[0, 1, 3] = np.nan
    assert hits_by_day(actual, quantiles, 80).tolist() == [[2, 3], [0, 3]]
    assert hits_by_day(actual, quantiles, 95).tolist() == [[3, 3], [2, 3]]
    assert coverage([hits_by_day(actual, quantiles, 80)] * 2) == pytest.approx(2 / 6)


def test_coverage_that_no_day_changes_has_no_spread():
    record = np.tile([3, 4], (28, 1))
    assert interval_95(resampled_coverage([record], ["a"])) == (0.75, 0.75)


def test_bootstrap_spread_is_that_of_the_block_sums():
    # By whole cycles of a circle the variance of a block's mean is exact: that of all circular blocks.
    rng = np.random.default_rng(4)
    hits = rng.integers(0, 25, size=27)
    record = np.stack([hits, np.full(27, 24)], axis=1)
    length = block_days(27)
    blocks = np.array([np.roll(hits, -start)[:length].mean() / 24 for start in range(27)])
    found = resampled_coverage([record], ["a"])
    assert found.shape == (REPLICATIONS,)
    assert found.mean() == pytest.approx(hits.mean() / 24, abs=4 * blocks.std() / 3 / np.sqrt(REPLICATIONS))
    assert found.std() == pytest.approx(blocks.std() / np.sqrt(27 / length), rel=0.08)


def test_days_without_values_are_never_drawn():
    record = np.stack([np.arange(28) % 4 == 0, np.arange(28) % 4 == 0], axis=1) * 24
    assert set(resampled_coverage([record], ["a"])) == {1.0}


def test_records_of_one_source_draw_the_same_days_and_others_do_not():
    rng = np.random.default_rng(5)
    record = np.stack([rng.integers(0, 25, size=28), np.full(28, 24)], axis=1)
    hourly, fine, other = (resampled_coverage([record], [source]) for source in ("a", "a", "b"))
    assert np.array_equal(hourly, fine)
    assert abs(np.corrcoef(hourly, other)[0, 1]) < 0.1
