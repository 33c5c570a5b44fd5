"""Naive forecasts beside a search back through the values."""

import numpy as np
import pytest

from traffic.models.forecasting.naive import NAIVE, naive_forecasts

FIRST_DAY, N_DAYS, N_SLOTS = 28, 56, 4


def slow_naive(values, row, slot, lead):
    """Go back day by day from what the eve knows."""
    target = FIRST_DAY + row if row < N_DAYS - FIRST_DAY else N_DAYS - 1 + lead
    eve = target - lead
    seen = [value for value in values[: eve + 1].reshape(-1) if not np.isnan(value)]
    last = seen[-1] if seen else np.nan

    def newest(day, step):
        while day >= 0:
            if not np.isnan(values[day, slot]):
                return values[day, slot]
            day -= step
        return None

    by_day = newest(eve, 1)
    by_day = last if by_day is None else by_day
    by_week = newest(target - 7, 7)
    window = values[max(eve - 41, 0) : eve + 1]
    window = window[~np.isnan(window)]
    return by_day, by_day if by_week is None else by_week, last, window.mean() if window.size else last


@pytest.mark.parametrize("lead", range(1, 8))
@pytest.mark.parametrize("missing", [0.0, 0.5])
def test_naive_forecasts_are_those_of_a_search_back(missing, lead):
    rng = np.random.default_rng([46, lead])
    values = rng.gamma(2.0, size=(5, N_DAYS, N_SLOTS))
    values[rng.random(values.shape) < missing] = np.nan
    if missing:
        values[1, :40] = np.nan
        values[2, 10:] = np.nan
        values[3, :, 1] = np.nan
        values[4] = np.nan
    made = naive_forecasts(values, lead)
    for series, row, slot in np.ndindex(5, N_DAYS - FIRST_DAY + 1, N_SLOTS):
        expected = slow_naive(values[series], row, slot, lead)
        np.testing.assert_allclose(made[:, series, row, slot], expected, rtol=1e-12)
    assert len(NAIVE) == made.shape[0]


def test_the_mean_of_what_is_never_negative_is_not_either():
    # A difference of running sums is -1e-16 here once the values have left the window.
    values = np.zeros((1, N_DAYS, 24))
    values[0, :3] = np.random.default_rng(47).random((3, 24)) * 1e6
    means = naive_forecasts(values, 1)[NAIVE.index("mean")]
    assert (means >= 0).all()
    assert (means[0, -1] == 0).all()
