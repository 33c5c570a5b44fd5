"""Day shape, noise and named random streams against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traffic.simulation.courses import day_course, lognormal_noise, random_stream

ONE = np.array([1.0])


def test_streams_depend_on_seed_and_name_alone():
    draws = {
        (seed, name): random_stream(seed, "load", name).random(4).tolist()
        for seed in (1, 2)
        for name in ("FRA_AMS", "FRA_PAR")
    }
    assert len({tuple(values) for values in draws.values()}) == 4
    assert random_stream(1, "load", "FRA_AMS").random(4).tolist() == draws[1, "FRA_AMS"]


@given(minute=st.floats(-5000, 5000), office=st.floats(0, 2), evening=st.floats(0, 2))
def test_the_course_repeats_every_day_and_stays_above_its_floor(minute, office, evening):
    today = day_course(minute * ONE, office * ONE, evening * ONE, night=0.1)
    tomorrow = day_course((minute + 1440) * ONE, office * ONE, evening * ONE, night=0.1)
    assert today == pytest.approx(tomorrow, rel=1e-9)
    assert 0.1 <= today[0] <= 0.1 + office + evening


def test_each_bump_peaks_at_its_hour():
    minute = np.arange(0.0, 1440.0)
    assert np.argmax(day_course(minute, ONE, 0 * ONE)) == 11 * 60
    assert np.argmax(day_course(minute, 0 * ONE, ONE)) == 20 * 60 + 30


def test_noise_has_the_stated_moments():
    noise = lognormal_noise(np.random.default_rng(3), 400_000, slow_sd=0.3, carry=0.9, quick_sd=0.2)
    logarithm = np.log(noise)
    # Standard errors: about 0.002 for the means (19 times the independent variance), 0.003 for the rest.
    assert noise.mean() == pytest.approx(1.0, abs=0.01)
    assert logarithm.mean() == pytest.approx(-(0.3**2 + 0.2**2) / 2, abs=0.01)
    assert logarithm.var() == pytest.approx(0.3**2 + 0.2**2, rel=0.02)
    centred = logarithm - logarithm.mean()
    lag_one = np.mean(centred[1:] * centred[:-1]) / np.mean(centred**2)
    assert lag_one == pytest.approx(0.9 * 0.09 / 0.13, abs=0.01)


def test_noise_needs_no_run_in():
    starts = [
        lognormal_noise(np.random.default_rng(seed), 1, slow_sd=0.3, carry=0.99, quick_sd=0.0)[0]
        for seed in range(4000)
    ]
    assert np.std(np.log(starts)) == pytest.approx(0.3, rel=0.05)


def test_noise_without_spread_is_one():
    noise = lognormal_noise(np.random.default_rng(0), 50, slow_sd=0.0, carry=0.5, quick_sd=0.0)
    np.testing.assert_array_equal(noise, np.ones(50))
