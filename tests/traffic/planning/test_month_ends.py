"""Days that stand for the rest of a month."""

from __future__ import annotations

import numpy as np

from traffic.planning.month_ends import rest_of_month

MONDAY = 4 * 288  # 1 January 1970 was a Thursday
LEVELS = np.array([100.0, 110.0, 120.0, 130.0, 140.0, 30.0, 40.0])


def test_other_workdays_are_drawn_too_and_moved_by_what_the_weekdays_differ() -> None:
    """Every day has its weekday's level, and a mark of its own in its first slot."""
    n_days = 56
    days = np.repeat(LEVELS[np.arange(n_days) % 7][:, None], 288, axis=1)
    share = 1 + np.arange(n_days) / 1_000
    days[:, 0] *= share
    issued = MONDAY + n_days * 288
    rng = np.random.default_rng(0)
    drawn = rest_of_month(days.reshape(1, -1), issued, issued + 7 * 288, "UTC", 400, rng)
    assert drawn is not None
    week = drawn[0].reshape(400, 7, 288)
    np.testing.assert_allclose(np.median(week[..., 1:], axis=(0, 2)), LEVELS, rtol=0.01)
    source = np.rint((week[..., 0] / week[..., 1] - 1) * 1_000).astype(int)
    is_same = source % 7 == np.arange(7)
    is_weekend = source % 7 >= 5
    assert not is_weekend[:, :5].any()
    assert is_weekend[:, 5:].all()
    # One weekday weighs twice as much as each other: one in three workdays, two in three of the weekend.
    np.testing.assert_allclose(is_same[:, :5].mean(), 1 / 3, atol=0.05)
    np.testing.assert_allclose(is_same[:, 5:].mean(), 2 / 3, atol=0.07)
