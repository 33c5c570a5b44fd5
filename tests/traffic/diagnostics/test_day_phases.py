import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from traffic.diagnostics.daily_peaks import daily_peaks
from traffic.diagnostics.day_phases import SERIES_AT_ONCE, day_phases

STEP, SLOTS = 900, 96


def ensembles(n_series=3, n_days=8, noise=3.0, seed=0):
    rng = np.random.default_rng(seed)
    shift = rng.normal(0, 1.5, (n_series, n_days, 1))
    angle = 2 * np.pi * (np.arange(SLOTS) - shift) / SLOTS
    return (
        100 + 30 * np.cos(angle - 4) + 10 * np.cos(2 * angle - 1) + noise * rng.standard_normal(angle.shape)
    )


def slow(ensemble, field):
    found = [getattr(peak, field) for peak in daily_peaks(ensemble, STEP, seed=0, n_replications=9)]
    return np.array([np.nan if value is None else value for value in found], dtype=float)


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_peaks_and_phases_are_those_of_one_series_and_one_day_at_a_time(missing):
    values = ensembles(SERIES_AT_ONCE + 2)
    rng = np.random.default_rng(1)
    values[rng.random(values.shape) < missing] = np.nan
    values[0, 1] = np.nan
    values[1, 2] = 100.0
    values[2, 3, :30] = np.nan
    values[3, 2:] = np.nan
    found = day_phases(values, STEP)
    for row in (0, 1, 2, 3, SERIES_AT_ONCE + 1):
        slots = np.where(found.peak_slot[row] < 0, np.nan, found.peak_slot[row])
        np.testing.assert_array_equal(slots, slow(values[row], "peak_slot"))
        for field in ("peak_value", "phase_minutes", "phase_harmonic_minutes"):
            np.testing.assert_allclose(getattr(found, field)[row], slow(values[row], field), atol=1e-6)


def test_a_slot_that_no_other_day_has_is_interpolated_as_there():
    values = ensembles(1, 4)
    values[0, 1:, 40:44] = np.nan
    np.testing.assert_allclose(day_phases(values, STEP).phase_minutes[0], slow(values[0], "phase_minutes"))


def test_the_interval_surrounds_the_phase_and_grows_with_the_noise():
    quiet, loud = (day_phases(ensembles(noise=noise), STEP) for noise in (1.0, 6.0))
    for found in (quiet, loud):
        assert (found.phase_lower_95 < found.phase_minutes).all()
        assert (found.phase_minutes < found.phase_upper_95).all()
    width = [np.mean(found.phase_upper_95 - found.phase_lower_95) for found in (quiet, loud)]
    assert width[1] == pytest.approx(6 * width[0], rel=0.25)


def test_the_shape_of_a_copy_is_no_distance_and_that_of_noise_is_one():
    values = np.repeat(ensembles(1, 1, 0.0), 6, axis=1)
    values[0, 5] = np.random.default_rng(2).standard_normal(SLOTS)
    distance = day_phases(values, STEP).shape_distance[0]
    assert distance[:5].max() < 0.02
    assert distance[5] > 0.7


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_phases_do_not_depend_on_the_unit(scale):
    ours, scaled = day_phases(ensembles(), STEP), day_phases(scale * ensembles(), STEP)
    np.testing.assert_allclose(scaled.phase_minutes, ours.phase_minutes, rtol=1e-6)
    np.testing.assert_allclose(scaled.phase_upper_95, ours.phase_upper_95, rtol=1e-6)


@pytest.mark.parametrize("shape", [(0, 5, 96), (2, 0, 96), (2, 5, 0), (2, 5, 2), (2, 2, 96)])
def test_too_little_has_no_phases(shape):
    found = day_phases(np.ones(shape), STEP)
    assert found.phase_minutes.shape == shape[:2]
    assert np.isnan(found.phase_minutes).all()


def test_what_is_not_an_array_of_ensembles_is_refused():
    with pytest.raises(ValueError, match=r"\(series, days, slots\)"):
        day_phases(np.zeros((5, 96)), STEP)


@settings(deadline=None)
@given(arrays(np.float64, (2, 4, 8), elements=st.one_of(st.just(np.nan), st.floats(-1e9, 1e9))))
def test_any_ensembles_give_phases_within_bounds_or_none(values):
    found = day_phases(values, 10_800)
    known = ~np.isnan(found.phase_minutes)
    assert (np.abs(found.phase_minutes[known]) <= 720).all()
    assert (found.phase_lower_95[known] <= found.phase_minutes[known]).all()
    assert (found.phase_minutes[known] <= found.phase_upper_95[known]).all()
