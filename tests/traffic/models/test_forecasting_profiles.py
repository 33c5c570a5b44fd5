"""Profiles of a day, beside numpy's own means and medians taken slot by slot."""

import numpy as np
import pytest

from traffic.models.forecasting.day_weights import FIRST_PROFILE_DAY, N_DAYS, day_weights
from traffic.models.forecasting.profiles import PROFILES, ScaledDays, day_profiles

N_SLOTS = 6
KINDS = (np.arange(N_DAYS + 7) + 2) % 7
KINDS_WITH_HOLIDAYS = KINDS + 7 * np.isin(np.arange(N_DAYS + 7), [12, 40, 57])


def record(which, simulate):
    """Days of four series: complete, or with what tends to be missing."""
    values = simulate(4, N_SLOTS, 1)
    if which == "gaps":
        rng = np.random.default_rng(32)
        values[rng.random(values.shape) < 0.3] = np.nan
        values[0, :20] = np.nan
        values[1, 30:] = np.nan
        values[2, :, 2] = np.nan
        values[3] = np.nan
    return values


def weighted_mean(weights, values):
    seen = ~np.isnan(values)
    return np.average(values[seen], weights=weights[seen]) if (weights[seen] > 0).any() else np.nan


def slow_profiles(values, kinds, lead):
    """One series, row after row and slot after slot."""
    weights = day_weights(kinds, lead)
    n_rows, n_slots = weights.level.shape[0], values.shape[1]
    level, week = np.full((2, n_rows), np.nan)
    daily = np.array([np.nanmean(day) if (~np.isnan(day)).any() else np.nan for day in values])
    for row in range(n_rows):
        window = values[weights.level[row] > 0]
        if (~np.isnan(window)).any():
            level[row] = np.nanmean(window)
        last = daily[weights.last_week[row] > 0]
        week[row] = np.nanmean(last) if (~np.isnan(last)).any() else level[row]
    # A day deviates from the level known on its own row, those of the first week from the first row's.
    before = np.append(np.full(FIRST_PROFILE_DAY, week[0]), week[:-1])
    made = np.full((len(PROFILES), n_rows, n_slots), np.nan)
    for row in range(n_rows):
        newest = weights.newest_same_kind[row]
        for slot in range(n_slots):
            y = values[:, slot]
            last, every, same, joint = (
                weighted_mean(getattr(weights, name)[row], y)
                for name in ("last_days", "all_days", "same_kind", "joint")
            )
            of_kind = y[newest[newest >= 0]]
            weekday = np.nanmedian(of_kind) if (~np.isnan(of_kind)).any() else same
            deviation = weighted_mean(weights.deviations[row], y - before)
            by_level = week[row] + np.nan_to_num(deviation)
            made[:, row, slot] = (last, every, weekday, (joint + by_level) / 2, (joint + weekday) / 2)
    return np.where(np.isnan(made), level[:, None], made), level


@pytest.mark.parametrize("lead", [1, 3, 7])
@pytest.mark.parametrize("kinds", [KINDS, KINDS_WITH_HOLIDAYS], ids=["weekdays", "holidays"])
@pytest.mark.parametrize("which", ["complete", "gaps"])
def test_profiles_are_those_of_loops_over_slots(simulate_histories, which, kinds, lead):
    values, kinds = record(which, simulate_histories), kinds[: N_DAYS + lead]
    profiles, level = day_profiles(ScaledDays.of(values), day_weights(kinds, lead))
    for series, days in enumerate(values):
        expected, expected_level = slow_profiles(days, kinds, lead)
        np.testing.assert_allclose(level[series], expected_level, rtol=1e-12)
        # Medians are taken in single precision.
        np.testing.assert_allclose(profiles[:, series], expected, rtol=5e-7)


@pytest.mark.parametrize("n_alike", range(1, 9))
@pytest.mark.parametrize("is_complete", [True, False])
def test_medians_of_one_to_eight_days_are_numpy_s(n_alike, is_complete):
    rng = np.random.default_rng(n_alike)
    values = rng.permutation(np.arange(3 * N_DAYS * 5.0)).reshape(3, N_DAYS, 5)
    if not is_complete:
        values[:, 54, 0] = np.nan
    # The day ahead is of a kind of which there are so many.
    kinds = np.ones(N_DAYS + 1, dtype=np.int64)
    kinds[[*rng.choice(N_DAYS, n_alike, replace=False), N_DAYS]] = 4
    made, _ = day_profiles(ScaledDays.of(values), day_weights(kinds, 1))
    of_kind = values[:, kinds[:N_DAYS] == 4]
    has_any = ~np.isnan(of_kind).all(axis=1)
    medians = np.nanmedian(np.where(has_any[:, None], of_kind, 0.0), axis=1)
    np.testing.assert_allclose(made[PROFILES.index("weekday")][:, -1][has_any], medians[has_any], rtol=1e-6)


def test_a_series_of_equal_days_has_them_as_every_profile(simulate_histories):
    day = simulate_histories(2, 24, 3)[:, :1]
    values = np.tile(day, (1, N_DAYS, 1))
    profiles, level = day_profiles(ScaledDays.of(values), day_weights(np.arange(N_DAYS + 1) % 7, 1))
    np.testing.assert_allclose(profiles, np.broadcast_to(day, profiles.shape), rtol=1e-6)
    np.testing.assert_allclose(level, np.broadcast_to(day.mean(axis=2), level.shape), rtol=1e-12)


def test_complete_days_and_days_that_lack_one_value_elsewhere_give_the_same(simulate_histories):
    values = simulate_histories(3, 24, 4)
    alone, _ = day_profiles(ScaledDays.of(values[:2]), day_weights(np.arange(N_DAYS + 1) % 7, 1))
    values[2, 5, 5] = np.nan
    beside, _ = day_profiles(ScaledDays.of(values), day_weights(np.arange(N_DAYS + 1) % 7, 1))
    np.testing.assert_allclose(beside[:, :2], alone, rtol=1e-12)
