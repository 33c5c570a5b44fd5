"""Which days are forecast, and that every model gets the same past and nothing more."""

from __future__ import annotations

import numpy as np
import pytest
from forecast_our_fits import forecast_record
from forecast_windows import every, history_start, origins_of, targets_of


@pytest.mark.parametrize(
    ("days", "n_origins"), [(365, 28), (31, 28), (30.99, 27), (14.01, 11), (5, 2), (4.3, 2), (3, 2)]
)
def test_daily_origins_end_a_day_before_the_record(days, n_origins):
    n_steps = round(days * 288)
    origins = origins_of(n_steps, 288)
    assert len(origins) == n_origins
    assert origins[-1] == n_steps - 288
    assert (np.diff(origins) == 288).all()


@pytest.mark.parametrize("hours_back", [0, 6, 12, 18])
def test_origins_move_back_by_hours(hours_back):
    assert origins_of(100 * 24, 24, hours_back)[-1] == 99 * 24 - hours_back
    assert origins_of(100 * 288, 288, hours_back)[-1] == 99 * 288 - 12 * hours_back


def test_a_record_too_short_to_forecast_two_days_is_refused():
    with pytest.raises(ValueError, match="too few"):
        origins_of(3 * 24 - 1, 24)


def test_every_fourth_origin_falls_on_every_weekday():
    chosen = np.flatnonzero(every(4, 28))
    assert chosen[-1] == 27
    assert len(set(chosen % 7)) == len(chosen) == 7


def test_a_window_is_forecast_from_the_days_before_it_alone():
    # Two series that count their own time: a history tells where it begins and ends.
    values = np.stack([np.arange(70 * 24.0), 1e6 + np.arange(70 * 24.0)])
    origins = origins_of(values.shape[1], 24)
    asked = []

    def last_day(histories, day_steps):
        asked.append(histories.shape)
        assert (np.diff(histories, axis=1) == 1).all()
        points = histories[:, -day_steps:] + day_steps
        return np.repeat(points[:, :, None], 7, axis=2), points + 0.5

    quantiles, points = forecast_record(last_day, values, origins, 24)
    actual = targets_of(values, origins, 24)
    assert np.array_equal(points, actual + 0.5)
    assert np.array_equal(quantiles, np.repeat(actual[..., None], 7, axis=3))
    assert (2 * 14, 56 * 24) in asked
    assert min(length for _, length in asked) == origins[0] == 42 * 24
    assert [history_start(origin, 24) for origin in origins[[0, -1]]] == [0, 13 * 24]
