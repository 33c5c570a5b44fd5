"""Holidays before the judged days, beside their weekdays and Sundays."""

import numpy as np
import pytest

from traffic.models.forecasting.earlier_holidays import earlier_holidays

KINDS = np.arange(57) % 7


def with_holidays(*days):
    return KINDS + 7 * np.isin(np.arange(57), days)


def drawn(seed=0):
    """Working days of 10 and Sundays of 4, with a little noise."""
    rng = np.random.default_rng([61, seed])
    return np.where(KINDS[:56] == 6, 4.0, 10.0)[None, :, None] + 0.1 * rng.standard_normal((2, 56, 6))


@pytest.mark.parametrize("day", [1, 2, 8, 15, 20, 27])
def test_a_holiday_is_as_far_from_what_it_was_not_as_the_two_are_apart(day):
    values = drawn()
    values[0, day] = 4.0
    if day % 7 == 6:
        values[1, day] = 10.0  # a Sunday that was none
    found = earlier_holidays(values, with_holidays(day))
    assert found.row.tolist() == [day - 28]
    if day % 7 == 6:
        np.testing.assert_allclose(found.errors[0], found.errors[1])
        np.testing.assert_allclose(found.apart, 0)
        return
    np.testing.assert_allclose(found.errors[:, 0, 0], [6, 0], atol=0.3)
    np.testing.assert_allclose(found.errors[:, 1, 0], [0, 6], atol=0.3)
    np.testing.assert_allclose(found.apart, 6, atol=0.3)


def test_courses_are_means_of_near_days_that_are_no_holidays():
    values = drawn(1)
    values[:, 19] = np.nan
    found = earlier_holidays(values, with_holidays(12, 26, 40))
    assert found.row.tolist() == [-16, -2]
    for place, (day, own, sundays) in enumerate([(12, [5], [6, 13, 20]), (26, [], [13, 20])]):
        for series in range(2):
            came = values[series, day]
            if not own:  # 12 is a holiday, and of 19 nothing is known
                assert found.errors[:, series, place].tolist() == [0, 0]
                assert found.apart[series, place] == 0
                continue
            by_own, by_sunday = (values[series, days].mean(axis=0) for days in (own, sundays))
            assert found.errors[0, series, place] == pytest.approx(np.abs(came - by_own).mean())
            assert found.errors[1, series, place] == pytest.approx(np.abs(came - by_sunday).mean())
            assert found.apart[series, place] == pytest.approx(np.abs(by_own - by_sunday).mean())


def test_nothing_is_taken_from_days_that_a_judged_forecast_does_not_know():
    values, kinds = drawn(2), with_holidays(1, 16, 23)
    before = earlier_holidays(values, kinds)
    changed = values.copy()
    changed[:, 24:] *= 3
    np.testing.assert_array_equal(earlier_holidays(changed, kinds).errors, before.errors)
    # A forecast of seven days ahead knows no more than this when the judged days begin.
    changed[:, 21:] = 0
    np.testing.assert_array_equal(earlier_holidays(changed, kinds).errors[:, :, :2], before.errors[:, :, :2])


def test_a_record_without_earlier_holidays_says_nothing():
    for values, kinds in ((drawn(), with_holidays(30, 56)), (np.full((2, 56, 6), np.nan), with_holidays(9))):
        found = earlier_holidays(values, kinds)
        assert not found.errors.any()
        assert not found.apart.any()
