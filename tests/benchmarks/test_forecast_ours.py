"""The benchmark's call of the forecaster: whole, in order, and the same for a window alone as in a batch."""

from __future__ import annotations

import numpy as np
import pytest
from forecast_ours import our_quantiles


@pytest.mark.parametrize(("day_steps", "days"), [(24, 56), (24, 41), (24, 10), (288, 5.25)])
def test_a_window_is_forecast_alike_alone_and_in_a_batch(day_steps, days):
    rng = np.random.default_rng(1)
    n = round(days * day_steps)
    course = 10 + 3 * np.sin(2 * np.pi * np.arange(n) / day_steps)
    histories = course * np.exp(0.1 * rng.normal(size=(3, n)))
    histories[1, 5:9] = np.nan
    quantiles, points = our_quantiles(histories, day_steps)
    assert quantiles.shape == (3, day_steps, 7)
    assert points.shape == (3, day_steps)
    assert (np.diff(quantiles, axis=2) >= 0).all()
    for row in range(3):
        alone, point = our_quantiles(histories[row : row + 1], day_steps)
        np.testing.assert_allclose(alone[0], quantiles[row], rtol=1e-9)
        np.testing.assert_allclose(point[0], points[row], rtol=1e-9)


def test_the_day_of_a_clean_course_is_found_at_its_hours():
    course = 10 + 3 * np.sin(2 * np.pi * np.arange(56 * 24 + 24 + 10) / 24)
    _, points = our_quantiles(course[None, 10:-24], 24)
    np.testing.assert_allclose(points[0], course[-24:], rtol=0.02)
