import numpy as np
import pytest
from scipy.signal import lfilter

from traffic.models.periodic.harmonic_tests import (
    harmonic_f_test,
    highest_kept,
    kept_harmonics,
    neighbour_f_test,
)
from traffic.models.periodic.moments import periodic_moments

SLOTS = 8
SLOT = np.arange(25 * SLOTS) % SLOTS
N_SERIES = 3000
TOLERANCE = 3 * np.sqrt(0.0475 / N_SERIES)


def noise(seed, share_missing=0.0):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((N_SERIES, SLOT.size))
    values[rng.random(values.shape) < share_missing] = np.nan
    return values


@pytest.mark.parametrize("share_missing", [0.0, 0.2])
def test_in_white_noise_every_harmonic_is_found_as_often_as_the_level_says(share_missing):
    values = noise(111, share_missing)
    white = harmonic_f_test(periodic_moments(values, SLOT, SLOTS), 4)
    local = neighbour_f_test(values, SLOT, SLOTS, 4)
    np.testing.assert_allclose((white.p_value < 0.05).mean(axis=0), 0.05, atol=TOLERANCE)
    # Filling leaves the noise a little uneven, so the local test has a wider band with missing values.
    np.testing.assert_allclose(
        (local.p_value < 0.05).mean(axis=0), 0.05, atol=TOLERANCE * (1 + 5 * share_missing)
    )


def test_the_f_statistic_is_that_of_the_regression_with_and_without_the_harmonic():
    values = noise(112, 0.3)[:1] + np.cos(2 * np.pi * SLOT / SLOTS)
    test = harmonic_f_test(periodic_moments(values, SLOT, SLOTS), 4)
    is_observed = ~np.isnan(values[0])
    x, s = values[0, is_observed], SLOT[is_observed]
    angle = 2 * np.pi * np.outer(s, np.arange(5)) / SLOTS
    columns = {k: [np.cos(angle[:, k])] + ([np.sin(angle[:, k])] if k in (1, 2, 3) else []) for k in range(5)}

    def residual_squares(harmonics):
        design = np.column_stack([column for k in harmonics for column in columns[k]])
        return np.linalg.lstsq(design, x, rcond=None)[1][0]

    full = residual_squares(range(5))
    for k in range(5):
        without = residual_squares([other for other in range(5) if other != k])
        n_columns = len(columns[k])
        expected = ((without - full) / n_columns) / (full / (x.size - SLOTS))
        assert test.statistic[0, k] == pytest.approx(expected, rel=1e-9)


def test_in_coloured_noise_the_neighbours_hold_the_level_where_white_does_not():
    white = np.random.default_rng(113).standard_normal((N_SERIES, SLOT.size + 200))
    values = lfilter([1.0], [1.0, -0.5], white)[:, 200:]
    of_white = harmonic_f_test(periodic_moments(values, SLOT, SLOTS), 4).p_value[:, 1]
    of_neighbours = neighbour_f_test(values, SLOT, SLOTS, 4, 6).p_value[:, 1]
    assert np.mean(of_white < 0.05) > 0.09
    assert np.mean(of_neighbours < 0.05) == pytest.approx(0.05, abs=TOLERANCE)


def test_the_number_of_harmonics_is_found_and_none_is_invented_more_often_than_the_level():
    angle = 2 * np.pi * SLOT / SLOTS
    values = noise(114)
    of_noise = highest_kept(kept_harmonics(neighbour_f_test(values, SLOT, SLOTS, 4).p_value))
    assert np.mean(of_noise > 0) <= 0.05 + TOLERANCE
    values += 5 + np.cos(angle) + np.sin(3 * angle)
    kept = kept_harmonics(neighbour_f_test(values, SLOT, SLOTS, 4).p_value)
    assert np.mean(kept[:, [0, 1, 3]]) > 0.999
    assert np.mean(kept[:, [2, 4]].any(axis=1)) <= 0.05 + TOLERANCE
    assert np.median(highest_kept(kept)) == 3


def test_holm_stops_at_the_first_that_is_not_below_its_bound():
    p_value = np.array(
        [[1.0, 0.04, 0.012, 0.03, np.nan], [0.0, 0.01, 0.012, 0.02, 0.05], [0.0, 0.2, 0.5, 1, 1]]
    )
    kept = kept_harmonics(p_value)
    np.testing.assert_array_equal(
        kept, [[True, False, True, False, False], [True] * 5, [True, False, False, False, False]]
    )
    np.testing.assert_array_equal(highest_kept(kept), [2, 4, 0])


def test_what_cannot_be_tested_is_missing():
    values = np.stack([np.full(SLOT.size, np.nan), np.where(SLOT == 3, np.nan, 1.0 * (SLOT > 4))])
    assert np.isnan(harmonic_f_test(periodic_moments(values, SLOT, SLOTS), 4).p_value).all()
    assert np.isnan(neighbour_f_test(values, SLOT, SLOTS, 4).p_value).all()
    assert not kept_harmonics(harmonic_f_test(periodic_moments(values, SLOT, SLOTS), 4).p_value)[:, 1:].any()


@pytest.mark.parametrize(("n", "n_neighbours"), [(16, None), (200, 13), (200, 0)])
def test_neighbours_that_the_record_does_not_have_are_refused(n, n_neighbours):
    with pytest.raises(ValueError, match="neighbours"):
        neighbour_f_test(np.ones((1, n)), SLOT[:n], SLOTS, 2, n_neighbours)


def test_a_course_without_noise_has_its_harmonics_for_certain_and_a_constant_none():
    course = 5 + np.cos(2 * np.pi * SLOT / SLOTS) + np.sin(6 * np.pi * SLOT / SLOTS)
    values = np.stack([course, np.full(SLOT.size, 0.1)])
    for test in (
        harmonic_f_test(periodic_moments(values, SLOT, SLOTS), 4),
        neighbour_f_test(values, SLOT, SLOTS, 4),
    ):
        np.testing.assert_array_equal(test.p_value[0, [0, 1, 3]], 0.0)
        np.testing.assert_array_equal(kept_harmonics(test.p_value)[0], [True, True, False, True, False])
        assert np.isnan(test.p_value[1, 1:]).all()
