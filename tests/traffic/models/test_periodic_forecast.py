import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from traffic.models.periodic import periodic_moments
from traffic.models.periodic_forecast import forecast_periodic, new_value_factors

SLOT = np.arange(24 * 28) % 24
DAY = np.arange(24)
COURSE = 100 + 50 * np.sin(2 * np.pi * DAY / 24)
SPREAD = 2 + 8 * (DAY / 23)


def forecast_of(values, slot=SLOT, target=DAY, n_slots=24):
    return forecast_periodic(values, slot, target, periodic_moments(values, slot, n_slots))


def test_mean_is_the_periodic_mean_of_the_targets_slot():
    values = COURSE[SLOT] + np.random.default_rng(61).standard_normal((2, SLOT.size))
    target = np.array([5, 6, 5, 23])
    moments = periodic_moments(values, SLOT, 24)
    for series, forecast in enumerate(forecast_periodic(values, SLOT, target, moments)):
        np.testing.assert_array_equal(forecast.mean, moments.mean[series, target])


@pytest.mark.parametrize(
    ("law", "n_days"), [("normal", 3), ("normal", 5), ("normal", 28), ("exponential", 28)]
)
def test_new_days_fall_between_the_quantiles_as_often_as_they_say(law, n_days):
    rng = np.random.default_rng(62)
    slot = SLOT[: 24 * n_days]

    def days():
        shape = (300, slot.size)
        noise = rng.standard_normal(shape) if law == "normal" else rng.exponential(size=shape) - 1
        return 1e3 + COURSE[slot] + SPREAD[slot] * noise

    new = days()[:, :24]
    quantiles = np.stack([forecast.quantiles for forecast in forecast_of(days(), slot)])
    below = (new[:, :, None] < quantiles).mean(axis=(0, 1))
    tolerance = 0.015 if law == "normal" else 0.035
    np.testing.assert_allclose(below, [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975], atol=tolerance)


def test_factors_for_new_values_fall_to_one_with_the_cycles():
    factors = new_value_factors(10_000)
    assert (np.diff(factors[3:], axis=0) <= 1e-12).all()
    np.testing.assert_allclose(factors[-1], 1.0, atol=1e-3)
    np.testing.assert_array_equal(factors[0], factors[3])


@settings(deadline=None)
@given(values=arrays(float, (2, 30), elements=st.one_of(st.just(np.nan), st.floats(0, 1e12))))
def test_any_observed_series_has_an_ordered_finite_forecast(values):
    values[:, 0] = 1.0
    for forecast in forecast_of(values, np.arange(30) % 6, np.arange(6), 6):
        assert np.isfinite(forecast.quantiles).all()
        assert (np.diff(forecast.quantiles, axis=1) >= 0).all()
        assert forecast.quantiles.min() >= 0


@settings(deadline=None)
@given(exponent=st.integers(-12, 12))
def test_forecasts_scale_with_the_series(exponent):
    values = COURSE[SLOT] + np.random.default_rng(63).standard_normal((1, SLOT.size))
    a = 10.0**exponent
    np.testing.assert_allclose(
        forecast_of(a * values)[0].quantiles, a * forecast_of(values)[0].quantiles, rtol=1e-9
    )


def test_a_slot_never_observed_lies_between_its_neighbours_on_the_circle():
    values = np.where(SLOT == 0, np.nan, SLOT)[None, :].astype(float)
    forecast = forecast_of(values)[0]
    assert forecast.mean[0] == pytest.approx((23 + 1) / 2)


def test_a_slot_without_spread_borrows_that_of_the_others():
    rng = np.random.default_rng(64)
    values = (COURSE[SLOT] + rng.standard_normal(SLOT.size))[None, :]
    of_slot = np.flatnonzero(SLOT == 7)
    values[0, of_slot] = np.nan
    values[0, of_slot[:5]] = 80.0
    width = np.ptp(forecast_of(values)[0].quantiles, axis=1)
    assert width[7] == pytest.approx(np.delete(width, 7).mean(), rel=0.1)
    values[0, of_slot] = 80.0  # so many equal values are no chance
    assert np.ptp(forecast_of(values)[0].quantiles[7]) == 0


def test_negative_values_are_forecast_only_where_there_were_some():
    noise = np.random.default_rng(65).standard_normal((1, SLOT.size))
    assert forecast_of(noise)[0].quantiles.min() < 0
    assert forecast_of(np.abs(noise))[0].quantiles.min() >= 0


def test_a_series_whose_every_slot_is_constant_is_forecast_without_spread():
    forecast = forecast_of(COURSE[SLOT][None, :])[0]
    np.testing.assert_allclose(forecast.quantiles, np.repeat(COURSE[:, None], 7, axis=1))


def test_a_series_without_values_is_refused():
    values = np.stack([COURSE[SLOT], np.full(SLOT.size, np.nan)])
    with pytest.raises(ValueError, match="Series 1"):
        forecast_of(values)


def test_a_spike_in_one_slot_leaves_the_bands_of_the_others_alone():
    slot = np.arange(70 * 24) % 24
    values = np.full((1, slot.size), 5e6)
    values[0, 12 * 24 + 3] = 1e12
    made = forecast_periodic(values, slot, np.arange(24), periodic_moments(values, slot, 24))[0]
    others = np.arange(24) != 3
    np.testing.assert_array_equal(made.quantiles[others], 5e6)
    np.testing.assert_array_equal(made.mean[others], 5e6)
