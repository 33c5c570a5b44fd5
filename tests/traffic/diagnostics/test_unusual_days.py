import numpy as np
import pytest

from traffic.diagnostics.day_phases import day_phases
from traffic.diagnostics.unusual_days import unusual_days

STEP, SLOTS = 900, 96


def weeks(n_days=42, n_series=1, noise=0.3, seed=0):
    rng = np.random.default_rng(seed)
    weekday = np.arange(n_days) % 7 + 1
    is_weekend = (weekday > 5)[:, None]
    shift = rng.normal(0, 0.5, (n_series, n_days, 1)) + np.where(is_weekend, 8, 0)
    angle = 2 * np.pi * (np.arange(SLOTS) - shift) / SLOTS
    course = 10 - 3 * np.cos(angle - 0.6) - 1.2 * np.cos(2 * angle - 1.4)
    level = np.where(is_weekend, 0.5, 1.0) * (1 + 0.04 * rng.standard_normal((n_series, n_days, 1)))
    return level * course + noise * rng.standard_normal(course.shape), weekday


def judge(values, weekday):
    return unusual_days(values, weekday, day_phases(values, STEP))


def test_a_day_that_comes_late_is_told_in_minutes():
    values, weekday = weeks()
    values[0, 23] = np.roll(values[0, 23], 10)
    found = judge(values, weekday)
    assert np.flatnonzero(found.is_unusual[0]).tolist() == [23]
    assert found.phase_minutes[0, 23] == pytest.approx(150, abs=30)
    assert found.reason(0, 23).endswith("minutes later than days like it.")
    assert found.reason(0, 24) is None


def test_a_holiday_is_lower_than_its_day_of_the_week_and_a_weekend_is_not():
    values, weekday = weeks()
    values[0, 15] *= 0.5
    found = judge(values, weekday)
    assert np.flatnonzero(found.has_other_level[0]).tolist() == [15]
    assert found.level_share[0, 15] == pytest.approx(-0.5, abs=0.1)
    assert "% lower than" in found.reason(0, 15)


def test_a_day_of_another_shape_is_told():
    values, weekday = weeks()
    values[0, 30] = values[0, 30].mean() + 3 * np.sign(np.sin(2 * np.pi * np.arange(SLOTS) / 12))
    found = judge(values, weekday)
    assert found.has_other_shape[0, 30]
    assert "has another shape" in found.reason(0, 30)


def test_all_that_is_odd_stands_in_one_sentence():
    values, weekday = weeks()
    values[0, 9] = 3 * np.roll(values[0, 9], 30)
    sentence = judge(values, weekday).reason(0, 9)
    assert "minutes later and lies" in sentence
    assert "higher" in sentence


def growing(a_week, n_days=56, n_series=1):
    values, weekday = weeks(n_days, n_series)
    return values * ((1 + a_week) ** (np.arange(n_days) / 7))[:, None], weekday


@pytest.mark.parametrize("a_week", [0.035, -0.02])
def test_a_dip_is_told_on_a_level_that_grows_or_shrinks(a_week):
    values, weekday = growing(a_week, 54)
    values[0, -1] *= 0.65
    found = judge(values, weekday)
    assert np.flatnonzero(found.is_unusual[0]).tolist() == [53]
    assert found.level_share[0, -1] == pytest.approx(-0.35, abs=0.08)
    assert "% lower than" in found.reason(0, 53)


def test_growth_alone_is_not_unusual_and_leaves_no_slope_in_the_scores():
    found = judge(*growing(0.035, n_series=20))
    assert found.is_unusual.mean() < 0.002
    slope = np.polynomial.polynomial.polyfit(np.arange(56), found.level_share.T, 1)[1]
    assert np.abs(slope).max() * 7 < 0.01


def test_of_series_side_by_side_each_has_its_own_growth():
    rising, weekday = growing(0.035)
    values = np.concatenate([rising, weeks(56)[0], growing(-0.02)[0]])
    together = judge(values, weekday)
    for row in range(3):
        np.testing.assert_allclose(
            together.level_share[row], judge(values[row : row + 1], weekday).level_share[0]
        )


def test_days_without_growth_are_compared_with_their_median():
    values, weekday = weeks(56)
    found = judge(values, weekday)
    level = values.mean(axis=2)[0]
    usual = np.array([np.median(level[weekday == number]) for number in weekday])
    np.testing.assert_allclose(found.level_share[0], level / usual - 1)


def test_a_week_of_holidays_at_the_end_is_not_taken_for_a_trend():
    values, weekday = weeks(56)
    values[0, -7:] *= 0.5
    assert np.flatnonzero(judge(values, weekday).has_other_level[0]).tolist() == list(range(49, 56))


def test_levels_of_zero_have_no_trend():
    half = np.random.default_rng(0).integers(1, 9, (1, 42, SLOTS // 2)) + np.arange(SLOTS // 2)
    found = judge(np.concatenate([half, -half], axis=2).astype(float), weeks(42)[1])
    assert (found.level_score == 0).all()


@pytest.mark.parametrize("n_days", [10, 13])
def test_a_burst_is_told_in_the_second_week_of_a_record(n_days):
    values, weekday = weeks(n_days)
    values[0, n_days - 3, 40:52] *= 5
    found = judge(values, weekday)
    assert np.flatnonzero(found.is_unusual[0]).tolist() == [n_days - 3]
    assert "higher" in found.reason(0, n_days - 3)


def test_few_days_must_lie_farther_out_than_many():
    flagged = []
    for n_days in (13, 14):
        found = judge(*weeks(n_days, n_series=400, noise=0.6))
        size = np.abs(found.level_score[found.has_other_level])
        flagged.append(size.min() if size.size else np.inf)
    assert flagged[0] > 8
    assert 6 < flagged[1] < 8


def test_phases_near_midnight_are_compared_around_the_circle():
    values, weekday = weeks()
    values[0, 20:30] = np.roll(values[0, 20:30], 48, axis=1)
    found = judge(values, weekday)
    assert np.abs(found.phase_minutes[~np.isnan(found.phase_minutes)]).max() <= 720


def test_days_that_lack_much_and_short_records_are_not_judged():
    values, weekday = weeks()
    values[0, 8, :40] = np.nan
    found = judge(values, weekday)
    assert np.isnan(found.level_score[0, 8])
    assert not found.is_unusual[0, 8]
    short = judge(*weeks(n_days=9))
    assert np.isnan(short.level_score).all()
    assert not short.is_unusual.any()


def test_constant_series_and_none_have_nothing_unusual():
    _, weekday = weeks()
    for values in (np.ones((1, 42, SLOTS)), np.full((1, 42, SLOTS), np.nan), np.ones((0, 42, SLOTS))):
        assert not judge(values, weekday).is_unusual.any()


def test_what_does_not_fit_is_refused():
    values, weekday = weeks()
    with pytest.raises(ValueError, match="weekday"):
        unusual_days(values, weekday[:-1], day_phases(values, STEP))
