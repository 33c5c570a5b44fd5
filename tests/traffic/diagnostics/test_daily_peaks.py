import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.diagnostics.daily_peaks import DailyPeak, daily_peaks

STEP = 900
SLOTS = 96
SHIFTS = np.array([-20.0, 45.0, 0.0, 7.5, -32.5])  # minutes; their sum is zero


def day(shift_minutes=0.0):
    angle = 2 * np.pi * (np.arange(SLOTS) - shift_minutes / 15) / SLOTS
    return 100 + 30 * np.cos(angle - 4) + 10 * np.cos(2 * angle - 1)


def ensemble(noise=0.0, seed=0):
    values = np.stack([day(shift) for shift in SHIFTS])
    return values + noise * np.random.default_rng(seed).standard_normal(values.shape)


def test_the_peak_is_the_first_largest_value():
    values = np.array([[1.0, 5.0, 5.0, np.nan], [np.nan, -3.0, -4.0, -9.0], [np.nan] * 4])
    assert daily_peaks(values, 21_600, seed=0) == [
        DailyPeak(1, 5.0),
        DailyPeak(1, -3.0),
        DailyPeak(None, None),
    ]


def test_phases_are_the_shifts_against_the_other_days():
    for found, shift in zip(daily_peaks(ensemble(), STEP, seed=0), SHIFTS, strict=True):
        against_others = shift * len(SHIFTS) / (len(SHIFTS) - 1)
        assert found.phase_minutes == pytest.approx(against_others, abs=2)
        assert found.phase_harmonic_minutes == pytest.approx(against_others, abs=2)
        assert found.phase_lower_95 <= found.phase_minutes <= found.phase_upper_95


def test_later_days_have_positive_phases_and_half_a_day_is_within_bounds():
    values = np.stack([day()] * 6 + [np.roll(day(), 4), np.roll(day(), SLOTS // 2)])
    found = daily_peaks(values, STEP, seed=0)
    assert found[6].phase_minutes == pytest.approx(60, abs=6)
    # The day that is an hour late moves the mean of the other seven by about a seventh of it.
    assert found[7].phase_harmonic_minutes == pytest.approx(720 - 60 / 7, abs=2)
    assert all(-720 < peak.phase_minutes <= 720 for peak in found)


def test_noise_widens_the_interval_and_the_seed_fixes_it():
    quiet, loud = daily_peaks(ensemble(1.0), STEP, seed=1), daily_peaks(ensemble(5.0), STEP, seed=1)
    width = [np.mean([p.phase_upper_95 - p.phase_lower_95 for p in peaks]) for peaks in (quiet, loud)]
    assert width[1] > 3 * width[0] > 0
    assert daily_peaks(ensemble(5.0), STEP, seed=1) == loud
    assert daily_peaks(ensemble(5.0), STEP, seed=2) != loud


def test_intervals_cover_the_shift_about_as_often_as_they_say():
    rng = np.random.default_rng(3)
    covered = []
    for seed in range(20):
        values = day() + 8 * rng.standard_normal((7, SLOTS))
        peaks = daily_peaks(values, STEP, seed=seed)
        covered += [peak.phase_lower_95 <= 0 <= peak.phase_upper_95 for peak in peaks]
    assert np.mean(covered) > 0.87


def test_a_day_that_does_not_tell_is_left_out_and_disturbs_no_other():
    values = np.vstack([ensemble(), np.full(SLOTS, 100.0), np.full(SLOTS, np.nan), day(), day()])
    values[-2, :25] = np.nan
    values[-1, :24] = np.nan
    found = daily_peaks(values, STEP, seed=0)
    constant, missing, too_short, just_enough = found[5:]
    assert constant == DailyPeak(0, 100.0)
    assert missing == DailyPeak(None, None)
    assert too_short.peak_slot is not None
    assert too_short.phase_minutes is None
    assert just_enough.phase_minutes == pytest.approx(0, abs=4)
    for peak, shift in zip(found[:5], SHIFTS, strict=True):
        assert peak.phase_minutes == pytest.approx(shift, abs=0.3 * abs(shift) + 2)


@pytest.mark.parametrize("n_days", [0, 1, 2])
def test_too_few_days_have_peaks_but_no_phases(n_days):
    found = daily_peaks(ensemble()[:n_days], STEP, seed=0)
    assert len(found) == n_days
    assert all(peak.phase_minutes is None and peak.peak_slot is not None for peak in found)


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_phases_do_not_depend_on_the_unit(scale):
    ours, scaled = daily_peaks(ensemble(2.0), STEP, seed=5), daily_peaks(scale * ensemble(2.0), STEP, seed=5)
    for a, b in zip(ours, scaled, strict=True):
        assert b.phase_minutes == pytest.approx(a.phase_minutes)
        assert b.phase_lower_95 == pytest.approx(a.phase_lower_95, abs=1e-6)


@pytest.mark.parametrize(
    "values", [np.zeros((5, SLOTS)), np.full((5, SLOTS), np.nan), np.zeros((4, 0)), np.zeros((4, 2))]
)
def test_an_ensemble_without_shape_has_no_phases(values):
    assert all(peak.phase_minutes is None for peak in daily_peaks(values, STEP, seed=0))


def test_what_is_not_an_ensemble_is_refused():
    with pytest.raises(ValueError, match=r"\(days, slots\)"):
        daily_peaks(np.zeros(96), STEP, seed=0)


@settings(deadline=None)
@given(
    values=st.lists(
        st.lists(st.one_of(st.just(np.nan), st.floats(-1e9, 1e9)), min_size=8, max_size=8),
        min_size=3,
        max_size=5,
    )
)
def test_any_ensemble_gives_phases_within_bounds_or_none(values):
    for peak in daily_peaks(np.array(values), 10_800, seed=0, n_replications=9):
        if peak.phase_minutes is not None:
            assert -720 < peak.phase_minutes <= 720
            assert peak.phase_lower_95 <= peak.phase_minutes <= peak.phase_upper_95
        if peak.phase_harmonic_minutes is not None:
            assert -720 < peak.phase_harmonic_minutes <= 720
