"""The law of the errors, piece by piece beside loops."""

import numpy as np
import pytest
from scipy.stats import norm, t

from traffic.models.forecasting.calibration import (
    ErrorLaw,
    _days_seen,
    _moved_out,
    _size_then,
    _spread,
    error_law,
)
from traffic.models.forecasting.weighted_quantiles import weighted_quantiles
from traffic.models.forecasting.young_records import widen_young

LEVELS = np.array([0.025, 0.1, 0.5, 0.9, 0.975])
N_DAYS = 28


def drawn(seed, n_slots=24, missing=0.2, n_series=3):
    rng = np.random.default_rng([48, seed])
    errors = rng.standard_t(4, (n_series, N_DAYS, n_slots)) * rng.gamma(2.0, size=(n_series, N_DAYS, 1))
    is_known = rng.random(errors.shape) >= missing
    is_known[0, :20] = False
    is_known[1, 10:12] = False
    return np.where(is_known, errors, 0.0), is_known


@pytest.mark.parametrize("n_slots", [1, 4, 24, 96])
def test_the_spread_of_a_slot_is_that_of_its_neighbours_and_of_all(n_slots):
    errors, is_known = drawn(1, n_slots)
    recency = 0.5 ** (np.arange(N_DAYS)[::-1] / 7)
    made = _spread(np.abs(errors), is_known, recency)
    weights = recency[:, None] * is_known
    reach = max(2 * n_slots // 24, 1)
    for series, slot in np.ndindex(3, n_slots):
        near = slice(max(slot - reach, 0), slot + reach + 1)
        parts = []
        for part in (near, slice(None)):
            weight = weights[series][:, part]
            parts.append((weight * np.abs(errors[series][:, part])).sum() / weight.sum())
        assert made[series, slot] == pytest.approx(0.7 * parts[0] + 0.3 * parts[1])


def test_how_large_errors_were_at_an_eve_is_a_fading_mean_and_a_day_of_the_long_run():
    errors, is_known = drawn(2)
    made = _size_then(errors, is_known)
    for series in range(3):
        share = is_known[series].mean(axis=1)
        daily = np.abs(errors[series]).mean(axis=1)
        memory = 0.5 ** (np.arange(N_DAYS)[::-1] / 14) * share
        long_run = sum(w * d / s for w, d, s in zip(memory, daily, share, strict=True) if s) / memory.sum()
        for row in range(N_DAYS + 1):
            above, below = long_run, 1.0
            for day in range(row):
                above += 0.5 ** ((row - 1 - day) / 1.5) * daily[day]
                below += 0.5 ** ((row - 1 - day) / 1.5) * share[day]
            assert made[series, row] == pytest.approx(above / below)


def test_days_seen_are_counted_from_two_days_before_the_first_that_is_judged():
    is_known = np.ones((2, N_DAYS, 4), dtype=bool)
    is_known[1, :9] = False
    made = _days_seen(is_known)
    assert made[0].tolist() == list(range(28, 57))
    assert made[1, 9:].tolist() == list(range(2, 22))


@pytest.mark.parametrize("lead", [1, 4])
def test_levels_are_moved_out_as_student_s_law_is_wider(lead):
    is_known = np.ones((2, N_DAYS, 4), dtype=bool)
    is_known[1, :25] = False
    recency = 0.5 ** (np.arange(N_DAYS)[::-1] / 7)
    made = _moved_out(LEVELS, is_known, recency, lead)
    for series, days in ((0, range(28)), (1, range(25, 28))):
        weight = [recency[day] for day in days]
        n = max(sum(weight) ** 2 / sum(w * w for w in weight), 6) / np.sqrt(lead)
        np.testing.assert_allclose(made[series], norm.cdf(t.ppf(LEVELS, n)), rtol=1e-9)
    assert (np.diff(made, axis=1) > 0).all()


def slow_belief(median, days, is_known, recency):
    """Part of a median that is taken for a bias: a quarter, or more where the days' means agree."""
    means, weights = [], []
    for errors, seen, weight in zip(days, is_known, recency, strict=True):
        if seen.any():
            means.append(errors[seen].mean())
            weights.append(weight)
    mean = np.average(means, weights=weights)
    variance = np.average((np.array(means) - mean) ** 2, weights=weights)
    of_mean = variance * np.sum(np.square(weights)) / np.sum(weights) ** 2
    return max(median**2 / (median**2 + 4 * of_mean), 0.25)


def test_a_bias_that_every_day_had_goes_on_tomorrow_and_a_quarter_of_others():
    def median_ahead(daily, lead=1):
        errors = np.repeat(daily, 24, axis=1).reshape(-1, N_DAYS, 24)
        points, is_judged = np.zeros((len(errors), N_DAYS + 1, 24)), np.ones(daily.shape, dtype=bool)
        law, _ = error_law(points, errors, is_judged, np.array([0.5]), lead, is_root=False)
        return law.quantiles()[:, 0, 0]

    assert median_ahead(np.full((1, N_DAYS), 0.5)) == pytest.approx(0.5, rel=0.1)
    assert median_ahead(np.full((1, N_DAYS), 0.5), 7) == pytest.approx(0.125, rel=0.1)
    # Of days that have nothing in common a median is chance.
    aside = np.abs(median_ahead(np.random.default_rng(71).standard_normal((300, N_DAYS))))
    assert np.median(aside) < 0.15


@pytest.mark.parametrize("is_root", [True, False])
def test_the_law_is_put_together_from_its_pieces(is_root):
    rng = np.random.default_rng(49)
    points, values = rng.gamma(5.0, size=(2, N_DAYS + 1, 24)), rng.gamma(5.0, size=(2, N_DAYS, 24))
    values[0, 3, 5] = np.nan
    # The second series has a bias that every day has.
    values[1] += 4
    is_judged = np.ones((2, N_DAYS), dtype=bool)
    is_judged[1, 20] = False
    law, standardised = error_law(points, values, is_judged, LEVELS, 1, is_root=is_root)
    transform = np.sqrt if is_root else np.array
    errors = transform(values) - transform(points[:, :-1])
    is_known = ~np.isnan(errors) & is_judged[:, :, None]
    errors = np.where(is_known, errors, 0.0)
    recency = 0.5 ** (np.arange(N_DAYS)[::-1] / 7)
    spread = _spread(np.abs(errors), is_known, recency)
    left = errors / spread[:, None]
    size = _size_then(left, is_known) * np.sqrt(1 + 2 / _days_seen(is_known))
    left *= np.clip(size[:, -1:] / size[:, :-1], 0.2, 1.25)[:, :, None]
    np.testing.assert_allclose(standardised, np.where(is_known, left, np.nan), rtol=1e-12)
    wanted = _moved_out(LEVELS, is_known, recency, 1)
    raw = weighted_quantiles(left, recency, is_known, np.column_stack([wanted, [0.5, 0.5]]))
    believed = [
        slow_belief(median, days, known, recency)
        for median, days, known in zip(raw[:, -1], left, is_known, strict=True)
    ]
    deviates = raw[:, :-1] - (1 - np.array(believed)[:, None]) * raw[:, -1:]
    np.testing.assert_allclose(law.deviates, deviates, rtol=1e-5)
    made = transform(points[:, -1])[:, :, None] + spread[:, :, None] * deviates[:, None, :]
    expected = np.maximum(made, 0) ** 2 if is_root else made
    np.testing.assert_allclose(law.quantiles(), expected, rtol=1e-4, atol=1e-5)


def test_quantiles_ascend_and_are_not_negative_on_the_root():
    law = ErrorLaw(
        np.array([[0.1, 1.0]]), np.array([[1.0, 0.1]]), LEVELS, np.array([[-3, -1, 0, 1, 3.0]]), True
    )
    quantiles = law.quantiles()
    assert (np.diff(quantiles, axis=2) >= 0).all()
    np.testing.assert_allclose(quantiles[0, 0], [0, 0, 0.01, 1.21, 9.61])


def test_errors_whose_sizes_are_those_of_today_are_covered_as_said():
    # Independent normal errors: the quantiles of 28 days of 24 values are near the normal law's, moved out a
    # little (a hundredth of the level at 2.5 %).
    rng = np.random.default_rng(50)
    values = 100 + rng.standard_normal((300, N_DAYS, 24))
    points = np.full((300, N_DAYS + 1, 24), 100.0)
    law, _ = error_law(points, values, np.ones((300, N_DAYS), dtype=bool), LEVELS, 1, is_root=False)
    ahead = 100 + rng.standard_normal((300, 24))
    quantiles = law.quantiles()
    for low, high, level in ((0, 4, 0.95), (1, 3, 0.8)):
        share = np.mean((ahead >= quantiles[:, :, low]) & (ahead <= quantiles[:, :, high]))
        # 7,200 values: three standard errors are 0.8 and 1.4 points; moved out, 1.5 points more.
        error = 3 * np.sqrt(level * (1 - level) / ahead.size)
        assert -error < share - level < error + 0.02, (level, share)


@pytest.mark.parametrize("days", [0.25, 1.0, 2.0, 5.0])
def test_a_young_record_gets_the_spread_of_its_values_and_others_keep_theirs(days):
    rng = np.random.default_rng(51)
    values = rng.gamma(5.0, size=(2, 56, 24))
    values[1].reshape(-1)[: round((56 - days) * 24)] = np.nan
    unjudged = np.full((2, LEVELS.size), np.nan)
    unjudged[0] = [-3, -1, 0, 1, 3]
    law = ErrorLaw(np.full((2, 24), 2.0), np.ones((2, 24)), LEVELS, unjudged, True)
    made = widen_young(law, values)
    np.testing.assert_array_equal(made.deviates[0], law.deviates[0])
    assert (np.diff(made.deviates[1]) > 0).all()
    assert np.isfinite(made.quantiles()).all()
    # The square root of these values has a standard deviation of half.
    assert 0.7 < made.deviates[1, -1] * made.spread[1, 0] < 9.0


def test_a_record_whose_last_month_is_silent_has_an_interval_too():
    values = np.full((1, 56, 24), np.nan)
    values[0, :20] = np.random.default_rng(52).gamma(5.0, size=(20, 24))
    nothing = ErrorLaw(np.full((1, 24), 2.0), np.ones((1, 24)), LEVELS, np.full((1, 5), np.nan), True)
    made = widen_young(nothing, values)
    assert np.isfinite(made.quantiles()).all()
    assert (made.deviates[0, -1] > 0.5).all()
    assert np.isnan(widen_young(nothing, np.full((1, 56, 24), np.nan)).deviates).all()
