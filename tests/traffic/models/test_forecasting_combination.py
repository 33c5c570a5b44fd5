"""Weights of the combination, the champions and the calendar's share, beside loops over days."""

import numpy as np
import pytest

from traffic.models.forecasting.calendars import believe_calendar
from traffic.models.forecasting.combination import combination_weights, combine, daily_errors, judged_days

N_ROWS = 29
LEADS = (1, 2, 5, 7)


def drawn_errors(seed, n_candidates=4):
    rng = np.random.default_rng([41, seed])
    is_judged = rng.random((3, N_ROWS - 1)) < 0.8
    is_judged[1, :10] = False
    is_judged[2] = False
    errors = rng.gamma(2.0, size=(n_candidates, 3, N_ROWS - 1)) * [[[0.5]], [[1.0]], [[1.1]], [[2.0]]]
    return np.where(is_judged, errors, 0.0), is_judged


def known_days(row, lead):
    """Judged days that the eve of a row knows, with their age."""
    target = row if row < N_ROWS - 1 else N_ROWS - 2 + lead
    return [(day, target - lead - day) for day in range(N_ROWS - 1) if target - lead - day >= 0]


def slow_weights(errors, is_judged, series, row, lead):
    days, half_life = (14, 3.0) if lead == 1 else (28, 14.0)
    means = np.zeros(errors.shape[0])
    total = 0.0
    for day, age in known_days(row, lead):
        if age < days and is_judged[series, day]:
            means += 0.5 ** (age / half_life) * errors[:, series, day]
            total += 0.5 ** (age / half_life)
    if total == 0:
        return np.full(errors.shape[0], 1 / errors.shape[0])
    weights = np.exp(-10 * (means / means.min() - 1))
    return weights / weights.sum()


@pytest.mark.parametrize("lead", LEADS)
def test_weights_are_those_of_loops_over_days(lead):
    errors, is_judged = drawn_errors(1)
    made = combination_weights(errors, is_judged, lead)
    for series, row in np.ndindex(3, N_ROWS):
        np.testing.assert_allclose(
            made[:, series, row], slow_weights(errors, is_judged, series, row, lead), rtol=1e-9
        )
    forecasts = np.random.default_rng(42).standard_normal((4, 3, N_ROWS, 5))
    expected = (made[..., None] * forecasts).sum(axis=0)
    for series, row in np.ndindex(3, N_ROWS):
        n_days = 14 if lead == 1 else 28
        if not any(is_judged[series, day] for day, age in known_days(row, lead) if age < n_days):
            expected[series, row] = np.median(forecasts[:, series, row], axis=0)
    np.testing.assert_allclose(combine(forecasts, errors, is_judged, lead), expected, atol=1e-12)


def test_one_that_never_errs_is_believed_alone():
    errors, is_judged = drawn_errors(2)
    errors[2] = 0.0
    made = combination_weights(errors, is_judged, 1)
    assert (made[2, 0, 5:] == 1).all()
    np.testing.assert_allclose(made.sum(axis=0), 1)


def test_daily_errors_are_means_of_what_was_measured():
    rng = np.random.default_rng(43)
    forecasts, values = rng.standard_normal((2, 3, N_ROWS, 4)), rng.standard_normal((3, 56, 4))
    values[rng.random(values.shape) < 0.3] = np.nan
    values[0, 40] = np.nan
    is_judged = judged_days(values, 1)
    made = daily_errors(forecasts, values, is_judged)
    for model, series, row in np.ndindex(2, 3, N_ROWS - 1):
        seen = [
            abs(forecasts[model, series, row, slot] - actual)
            for slot, actual in enumerate(values[series, 28 + row])
            if not np.isnan(actual)
        ]
        assert made[model, series, row] == pytest.approx(np.mean(seen) if seen else 0.0)


@pytest.mark.parametrize(("first", "judged"), [(0, 28), (26, 28), (27, 27), (50, 4), (54, 0)])
def test_a_series_is_judged_from_its_third_day_on(first, judged):
    values = np.ones((1, 56, 3))
    values[:, :first] = np.nan
    assert judged_days(values, 1).sum() == judged
    # Further ahead, two days must have been seen before an eve that lies so much earlier.
    assert judged_days(values, 4).sum() == (28 if first == 0 else max(judged - 3, 0) if first > 26 else 25)
    values[:, -1] = np.nan
    assert judged_days(values, 1).sum() == max(judged - 1, 0)


def test_a_series_without_values_is_never_judged():
    assert not judged_days(np.full((1, 56, 3), np.nan), 1).any()


@pytest.mark.parametrize("lead", LEADS)
def test_the_calendar_is_trusted_on_holidays_until_one_was_judged(lead):
    rng = np.random.default_rng(44)
    made = np.stack([np.zeros((1, N_ROWS, 2)), np.ones((1, N_ROWS, 2))])
    is_judged = np.ones((1, N_ROWS - 1), dtype=bool)
    is_holiday = np.isin(np.arange(N_ROWS), [3, 15, N_ROWS - 1])
    errors = rng.gamma(2.0, size=(2, 1, N_ROWS - 1))
    share = believe_calendar(made, errors, is_judged, is_holiday, lead)[0, :, 0]
    for row in range(N_ROWS):
        known = [day for day, _ in known_days(row, lead)]
        holidays = [day for day in known if is_holiday[day]]
        if is_holiday[row] and not holidays:
            assert share[row] == 1
        elif not is_holiday[row]:
            assert share[row] == pytest.approx(slow_weights(errors, is_judged, 0, row, lead)[1])
        elif 0 < len(holidays) < 2:
            weights = np.exp(-10 * (errors[:, 0, holidays[0]] / errors[:, 0, holidays[0]].min() - 1))
            assert share[row] == pytest.approx((weights / weights.sum())[1]), row
