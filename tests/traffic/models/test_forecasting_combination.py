"""Weights of the combination, the champions and the calendar's share, beside loops over days."""

import numpy as np
import pytest

from traffic.models.forecasting.calendars import believe_calendar, with_holiday
from traffic.models.forecasting.combination import combination_weights, combine, daily_errors, judged_days
from traffic.models.forecasting.earlier_holidays import HolidayEvidence

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
@pytest.mark.parametrize("before", [(), (-20, -3)], ids=["none before", "two before"])
def test_the_calendar_is_believed_as_the_holidays_that_are_known_were_like_it(lead, before):
    rng = np.random.default_rng([44, len(before)])
    made = rng.standard_normal((2, 1, N_ROWS, 5))
    is_judged = np.ones((1, N_ROWS - 1), dtype=bool)
    is_judged[0, 9] = False
    is_holiday = np.isin(np.arange(N_ROWS), [3, 9, 15, N_ROWS - 1])
    errors = np.where(is_judged, rng.gamma(2.0, size=(2, 1, N_ROWS - 1)), 0.0)
    earlier = HolidayEvidence(
        np.array(before, dtype=np.int64),
        rng.gamma(2.0, size=(2, 1, len(before))),
        rng.gamma(2.0, size=(1, len(before))),
    )
    combined, share = believe_calendar(made, errors, is_judged, is_holiday, lead, earlier)
    np.testing.assert_allclose(combined, (1 - share[..., None]) * made[0] + share[..., None] * made[1])
    for row in range(N_ROWS):
        if not is_holiday[row]:
            assert share[0, row] == pytest.approx(slow_weights(errors, is_judged, 0, row, lead)[1])
            continue
        known = earlier.row <= (row if row < N_ROWS - 1 else N_ROWS - 2 + lead) - lead
        gain = (earlier.errors[0, 0] - earlier.errors[1, 0])[known].sum()
        apart = earlier.apart[0, known].sum()
        for day, _ in known_days(row, lead):
            if is_holiday[day] and is_judged[0, day]:
                gain += errors[0, 0, day] - errors[1, 0, day]
                apart += np.abs(made[0, 0, day] - made[1, 0, day]).mean()
        likeness = np.clip(gain / apart, -1, 1) if apart else np.inf
        assert share[0, row] == pytest.approx(1 / (1 + np.exp(-2 - 8 * likeness))), row


def test_a_holiday_of_which_both_say_the_same_has_no_say():
    made = np.ones((2, 1, N_ROWS, 2))
    is_holiday = np.isin(np.arange(N_ROWS), [3, N_ROWS - 1])
    errors = np.ones((2, 1, N_ROWS - 1))
    _, share = believe_calendar(made, errors, np.ones((1, N_ROWS - 1), dtype=bool), is_holiday, 1)
    assert share[0, -1] == 1


def test_a_reason_names_the_holiday_and_says_how_it_is_forecast():
    share = np.array([0.9, 0.1, 0.9])
    models = ["combination", "combination", "seasonal_naive_week"]
    assert with_holiday(["So."] * 3, "Veterans Day (US)", models, share) == [
        "So. Holiday: Veterans Day (US), forecast from Sundays and earlier holidays.",
        "So. Holiday: Veterans Day (US), forecast as its weekday, for so were earlier holidays.",
        "So. Holiday: Veterans Day (US), of which this model knows nothing.",
    ]
    assert with_holiday(["So."] * 3, None, models, np.full(3, np.nan)) == ["So."] * 3
