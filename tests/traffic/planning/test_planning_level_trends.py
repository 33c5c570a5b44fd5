"""The trend of a level beside closed forms, and what jumps, steps, gaps and seasons do to it."""

from __future__ import annotations

import numpy as np
import pytest

from traffic.planning.level_draws import draw_levels
from traffic.planning.level_trends import LEAST_VALUES, fit_level


def weeks(n: int) -> np.ndarray:
    return np.arange(n, dtype=np.float64)


def growth(values: np.ndarray, times: np.ndarray | None = None, **options: float) -> np.ndarray:
    trend = fit_level(values, weeks(values.size) if times is None else times, **options)
    assert trend is not None
    return draw_levels(trend, 4, 4_000, np.random.default_rng(1)).growth


def test_without_a_wandering_part_it_is_a_regression_line() -> None:
    rng = np.random.default_rng(3)
    values = 0.02 * weeks(40) + rng.normal(0, 0.05, 40)
    trend = fit_level(values, weeks(40))
    assert trend is not None
    slope, intercept = np.polyfit(weeks(40), values, 1)
    np.testing.assert_allclose(trend.coefficients[0], [intercept, slope])
    # The textbook's standard error of a slope.
    residual = values - intercept - slope * weeks(40)
    error = np.sqrt(residual @ residual / 38 / np.square(weeks(40) - 19.5).sum())
    found = np.sqrt(trend.sum_of_squares[0] / trend.degrees * trend.covariance[0, 1, 1])
    assert found == pytest.approx(error)


def test_a_walk_grows_from_its_first_to_its_last_value() -> None:
    # Of a random walk the drift is estimated by its ends alone; the largest share is nearly one.
    values = np.cumsum(np.random.default_rng(5).normal(0.01, 0.05, 60))
    trend = fit_level(values, weeks(60))
    assert trend is not None
    assert trend.coefficients[-1, 1] == pytest.approx((values[-1] - values[0]) / 59, abs=1e-3)
    assert trend.probability[-3:].sum() > 0.8


def test_a_week_of_holidays_and_a_step_do_not_move_the_growth() -> None:
    rng = np.random.default_rng(7)
    values = 0.01 * weeks(40) + rng.normal(0, 0.02, 40)
    troubled = values.copy()
    troubled[[20, 21]] -= 0.5
    troubled[30:] += 0.4
    trend = fit_level(troubled, weeks(40))
    assert trend is not None
    assert trend.jumps == (20, 21)
    assert trend.steps == (30,)
    assert np.median(growth(troubled)) == pytest.approx(np.median(growth(values)), abs=0.002)
    # The level goes on from where it stands today, behind the step.
    ahead = draw_levels(trend, 1, 4_000, rng).level[:, 0]
    assert np.median(ahead) == pytest.approx(0.4 + 0.4, abs=0.05)
    assert trend.smoothed[20] == pytest.approx(0.2, abs=0.05)


def test_weeks_that_are_missing_are_only_a_gap_in_time() -> None:
    line = 0.03 * weeks(30)
    kept = np.delete(weeks(30).astype(int), [4, 5, 6, 17])
    np.testing.assert_allclose(growth(line[kept], weeks(30)[kept]), 0.03, atol=1e-8)


def test_two_years_tell_the_season_from_the_growth() -> None:
    year = 365.25 / 7
    times = weeks(120)
    season = 0.2 * np.cos(2 * np.pi * times / year)
    values = 0.003 * times + season + np.random.default_rng(2).normal(0, 0.01, 120)
    with_season = fit_level(values, times, year)
    assert with_season is not None
    assert with_season.year == year
    drift = growth(values, year=year)
    assert np.median(drift) == pytest.approx(0.003, abs=3e-4)
    assert (
        np.ptp(np.quantile(drift, [0.025, 0.975])) < np.ptp(np.quantile(growth(values), [0.025, 0.975])) / 3
    )
    ahead = draw_levels(with_season, 26, 2_000, np.random.default_rng(0)).level
    later = np.arange(120, 146)
    expected = 0.003 * later + 0.2 * np.cos(2 * np.pi * later / year)
    np.testing.assert_allclose(np.median(ahead, axis=0), expected, atol=0.03)
    short = fit_level(values[:60], times[:60], year)
    assert short is not None
    assert short.year is None


def test_a_constant_level_stays_where_it_is() -> None:
    trend = fit_level(np.full(12, 3.0), weeks(12))
    assert trend is not None
    drawn = draw_levels(trend, 10, 100, np.random.default_rng(0))
    np.testing.assert_allclose(drawn.level + drawn.noise, 3.0, atol=1e-6)
    assert (trend.jumps, trend.steps) == ((), ())


def test_too_few_values_have_no_trend() -> None:
    assert fit_level(np.ones(LEAST_VALUES - 1), weeks(LEAST_VALUES - 1)) is None


def test_a_usual_growth_holds_back_what_a_short_record_imagines() -> None:
    values = 0.05 * weeks(8) + np.random.default_rng(11).normal(0, 0.1, 8)
    trend = fit_level(values, weeks(8))
    assert trend is not None
    free = draw_levels(trend, 5, 2_000, np.random.default_rng(1)).growth
    held = draw_levels(trend, 5, 2_000, np.random.default_rng(1), usual_growth=0.01).growth
    assert np.ptp(np.quantile(held, [0.1, 0.9])) < np.ptp(np.quantile(free, [0.1, 0.9]))
    assert abs(np.median(held)) < abs(np.median(free))
