import numpy as np
import pytest
from scipy.stats import theilslopes

from traffic.diagnostics.phase_drift import _sign_variance, phase_drift


def test_without_weeks_and_weights_it_is_theils_and_sens_slope():
    rng = np.random.default_rng(0)
    minutes = 2 * np.arange(20) + 15 * rng.standard_normal((1, 20))
    found = phase_drift(minutes, np.arange(20))
    # With equal variances the weight of a pair is its span; scipy weighs all pairs alike.
    slopes = theilslopes(minutes[0], np.arange(20))
    assert found.minutes_a_day[0] == pytest.approx(slopes.slope, abs=0.3)
    assert found.lower_95[0] == pytest.approx(slopes.low_slope, abs=0.5)
    assert found.upper_95[0] == pytest.approx(slopes.high_slope, abs=0.5)


def test_with_equal_weights_the_variance_of_the_signs_is_kendalls():
    n = 11
    first, second = np.triu_indices(n, 1)
    found = _sign_variance(np.ones((1, first.size)), first, second, n)
    assert found[0] == pytest.approx(n * (n - 1) * (2 * n + 5) / 18)


def test_the_slope_goes_around_the_circle_of_the_day():
    minutes = (700 + 3.0 * np.arange(30) + 720) % 1440 - 720
    assert phase_drift(minutes[None, :], np.arange(30)).minutes_a_day[0] == pytest.approx(3)


def test_weekends_that_come_later_and_odd_days_do_not_drift():
    day = np.arange(56)
    minutes = np.where(day % 7 >= 5, 180.0, 0.0)[None, :] + 0.25 * day
    minutes[0, [11, 50, 51]] += 300
    assert phase_drift(minutes, day).minutes_a_day[0] == pytest.approx(0.25)


def test_days_with_wide_intervals_count_little():
    rng = np.random.default_rng(1)
    width = np.where(np.arange(40) % 2, 200.0, 4.0) * np.ones((50, 1))
    minutes = np.arange(40) + width / 2 * rng.standard_normal((50, 40))
    weighted, plain = phase_drift(minutes, np.arange(40), width), phase_drift(minutes, np.arange(40))
    assert weighted.minutes_a_day.std() < 0.5 * plain.minutes_a_day.std()


def test_dates_may_be_left_out_and_missing_phases_do_not_matter():
    day = np.delete(np.arange(60), [3, 17, 18, 19])
    minutes = -1.5 * day[None, :].astype(float)
    minutes[0, 5:9] = np.nan
    found = phase_drift(minutes, day)
    assert found.minutes_a_day[0] == pytest.approx(-1.5)
    assert found.n_days[0] == 52


def test_too_few_days_have_no_drift():
    for minutes in (np.zeros((2, 6)), np.full((2, 60), np.nan), np.zeros((2, 0)), np.zeros((0, 30))):
        found = phase_drift(minutes, np.arange(minutes.shape[1]))
        assert np.isnan(found.minutes_a_day).all()
        assert found.lower_95.shape == (minutes.shape[0],)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"\(series, days\)"):
        phase_drift(np.zeros(10), np.arange(10))
    with pytest.raises(ValueError, match="ascend"):
        phase_drift(np.zeros((1, 10)), np.zeros(10, dtype=int))
