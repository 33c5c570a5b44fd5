import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from traffic.models.periodic.components import (
    covariance_harmonics,
    harmonics_from_moments,
    mean_harmonics,
    product_moments,
)
from traffic.models.periodic.covariance import lagged_products, periodic_covariance
from traffic.models.periodic.harmonics import course_of, harmonics_of
from traffic.models.periodic.moments import deviations, periodic_moments

METHODS = ("synphase", "component", "filter", "least_squares")
SLOTS = 12
SLOT = np.arange(15 * SLOTS) % SLOTS


def gaussian_pcrp(rng, n_series, n=SLOT.size, slots=SLOTS):
    """Periodic mean and amplitude of two harmonics, on a stationary MA(1)."""
    s = np.arange(n) % slots
    noise = rng.standard_normal((n_series, n + 1))
    angle = 2 * np.pi * s / slots
    return 5 + 2 * np.cos(angle - 1) + (2 + np.sin(angle)) * (noise[:, 1:] + 0.6 * noise[:, :-1])


def centred_of(values, slot, n_slots):
    return deviations(values, slot, periodic_moments(values, slot, n_slots))


@settings(deadline=None)
@given(
    seed=st.integers(0, 999), n_slots=st.integers(1, 13), n_cycles=st.integers(1, 6), share=st.floats(0, 1)
)
def test_on_whole_periods_the_four_estimators_of_the_mean_are_one(seed, n_slots, n_cycles, share):
    slot = np.arange(n_slots * n_cycles) % n_slots
    values = np.random.default_rng(seed).standard_normal((3, slot.size)) * 10.0 ** (seed % 9)
    n_harmonics = round(share * (n_slots // 2))
    synphase, *others = (mean_harmonics(values, slot, n_slots, n_harmonics, method) for method in METHODS)
    for other in others:
        np.testing.assert_allclose(other, synphase, rtol=1e-12, atol=1e-13 * np.abs(values).max())


def test_all_harmonics_give_back_the_periodic_mean():
    for n_slots in (1, 2, 7, 12):
        course = np.random.default_rng(91).standard_normal((4, 2, n_slots))
        np.testing.assert_allclose(course_of(harmonics_of(course, n_slots // 2), n_slots), course, atol=1e-14)


@pytest.mark.parametrize("lag", [0, 1, 5, SLOTS, 2 * SLOTS + 3])
@pytest.mark.parametrize("n_harmonics", [0, 2, SLOTS // 2])
def test_on_whole_periods_of_products_least_squares_is_the_truncated_synphase_and_the_component(
    lag, n_harmonics
):
    centred = centred_of(gaussian_pcrp(np.random.default_rng(92), 3), SLOT, SLOTS)
    moments = product_moments(centred, SLOT, SLOTS, lag, is_cut=True)
    truncated = course_of(harmonics_of(moments.mean, n_harmonics), SLOTS)
    for method in ("component", "least_squares"):
        ours = course_of(harmonics_from_moments(moments, n_harmonics, method), SLOTS)
        np.testing.assert_allclose(ours, truncated, atol=1e-13)
    component = covariance_harmonics(centred, SLOT, SLOTS, [lag], n_harmonics, "component")[:, 0]
    np.testing.assert_allclose(course_of(component, SLOTS), truncated, atol=1e-13)


def test_with_and_without_relations_are_the_whole_covariance_and_its_mean_over_the_slots():
    centred = centred_of(gaussian_pcrp(np.random.default_rng(93), 2), SLOT, SLOTS)
    lags = [0, 1, 14]
    covariance = periodic_covariance(centred, SLOT, SLOTS, lags).covariance.swapaxes(1, 2)
    full = covariance_harmonics(centred, SLOT, SLOTS, lags, SLOTS // 2, "synphase")
    stationary = covariance_harmonics(centred, SLOT, SLOTS, lags, 0, "synphase")
    np.testing.assert_allclose(course_of(full, SLOTS), covariance, atol=1e-13)
    np.testing.assert_allclose(stationary[:, :, 0], covariance.mean(axis=2), atol=1e-13)


@settings(deadline=None)
@given(
    values=arrays(float, (2, 31), elements=st.one_of(st.just(np.nan), st.floats(-100, 100))),
    slot=arrays(np.int64, 31, elements=st.integers(0, 6)),
    n_harmonics=st.integers(0, 3),
)
def test_least_squares_is_the_regression_on_what_is_observed(values, slot, n_harmonics):
    harmonics = mean_harmonics(values, slot, 7, n_harmonics, "least_squares")
    for series in range(2):
        is_observed = ~np.isnan(values[series])
        angle = 2 * np.pi * np.outer(slot[is_observed], np.arange(n_harmonics + 1)) / 7
        design = np.column_stack([np.cos(angle), np.sin(angle[:, 1:])])
        if np.unique(slot[is_observed]).size < 2 * n_harmonics + 1:
            assert np.isnan(harmonics[series]).all()
            continue
        fitted = design @ np.linalg.lstsq(design, values[series, is_observed], rcond=None)[0]
        course = course_of(harmonics[series], 7)[slot[is_observed]]
        np.testing.assert_allclose(course, fitted, atol=1e-6)


@settings(deadline=None)
@given(
    values=arrays(float, (2, 31), elements=st.one_of(st.just(np.nan), st.floats(-100, 100))),
    start=st.integers(0, 4),
    lag=st.integers(0, 33),
)
def test_component_and_filter_are_loops_over_the_products_that_are_there(values, start, lag):
    slot = (start + np.arange(31)) % 5
    cut = covariance_harmonics(values, slot, 5, [lag], 2, "component")[:, 0]
    uncut = covariance_harmonics(values, slot, 5, [lag], 2, "filter")[:, 0]
    n_whole = max(31 - lag, 0) // 5 * 5
    for series in range(2):
        for ours, n in ((cut, n_whole), (uncut, max(31 - lag, 0))):
            terms = [
                (values[series, t] * values[series, t + lag])
                * np.exp(-2j * np.pi * np.arange(3) * slot[t] / 5)
                for t in range(n)
                if not np.isnan(values[series, t] * values[series, t + lag])
            ]
            expected = np.mean(terms, axis=0) if terms else np.full(3, np.nan)
            np.testing.assert_allclose(ours[series], expected, atol=1e-9)


def test_least_squares_has_no_leakage_where_the_record_is_not_whole_periods():
    slot = np.arange(3 * SLOTS + 5) % SLOTS
    harmonics = np.array([5.0, 1.0 - 2.0j, 0.5j])
    values = course_of(harmonics, SLOTS)[slot][None, :]
    values[0, 3] = np.nan
    ours = mean_harmonics(values, slot, SLOTS, 2, "least_squares")[0]
    np.testing.assert_allclose(ours, harmonics, atol=1e-13)
    component = mean_harmonics(values, slot, SLOTS, 2, "component")[0]
    assert np.abs(component - harmonics).max() > 0.05


def test_in_white_noise_a_polynomial_has_its_share_of_the_variance_of_the_mean_by_slot():
    values = np.random.default_rng(94).standard_normal((4000, 6 * SLOTS))
    slot = SLOT[: 6 * SLOTS]
    full = periodic_moments(values, slot, SLOTS).mean.var(axis=0).mean()
    for n_harmonics in (0, 1, 3):
        course = course_of(mean_harmonics(values, slot, SLOTS, n_harmonics, "component"), SLOTS)
        ratio = course.var(axis=0).mean() / full
        share = (2 * n_harmonics + 1) / SLOTS
        # Of 4,000 (2 L + 1) squares of independent normal values.
        assert ratio == pytest.approx(share, rel=4 * np.sqrt(2 / (4000 * (2 * n_harmonics + 1))))


@pytest.mark.parametrize("method", METHODS)
def test_the_mean_does_not_depend_on_which_cycle_comes_first(method):
    values = gaussian_pcrp(np.random.default_rng(95), 2)
    values[:, 40:45] = np.nan
    ours = mean_harmonics(values, SLOT, SLOTS, 3, method)
    moved = mean_harmonics(np.roll(values, 4 * SLOTS, axis=1), SLOT, SLOTS, 3, method)
    np.testing.assert_allclose(moved, ours, atol=1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_each_estimator_finds_the_harmonics_of_a_known_covariance(method):
    slot = np.arange(2000 * SLOTS) % SLOTS
    centred = centred_of(gaussian_pcrp(np.random.default_rng(96), 4, slot.size), slot, SLOTS)
    amplitude = 2 + np.sin(2 * np.pi * np.arange(SLOTS) / SLOTS)
    lags = [0, 1, 2]
    truth = np.stack([1.36 * amplitude**2, 0.6 * amplitude * np.roll(amplitude, -1), np.zeros(SLOTS)])
    ours = covariance_harmonics(centred, slot, SLOTS, lags, 3, method).mean(axis=0)
    np.testing.assert_allclose(ours, harmonics_of(truth, 3), atol=0.15)


def test_methods_differ_by_which_products_they_take_and_how_they_weigh_them():
    values = gaussian_pcrp(np.random.default_rng(97), 1)[:, : 10 * SLOTS + 4]
    centred = centred_of(values, SLOT[: values.shape[1]], SLOTS)
    slot = SLOT[: values.shape[1]]
    by_method = [covariance_harmonics(centred, slot, SLOTS, [3], 2, method) for method in METHODS]
    products = lagged_products(centred, 3)[0]
    angles = np.exp(-2j * np.pi * np.outer(np.arange(3), slot[: products.size]) / SLOTS)
    np.testing.assert_allclose(by_method[2][0, 0], (angles * products).mean(axis=1), atol=1e-12)
    for i, one in enumerate(by_method):
        for other in by_method[i + 1 :]:
            assert np.abs(one - other).max() > 1e-6


@pytest.mark.parametrize("method", METHODS)
def test_harmonics_that_slots_cannot_tell_apart_are_refused(method):
    with pytest.raises(ValueError, match="0 to 6 harmonics"):
        mean_harmonics(np.ones((1, SLOT.size)), SLOT, SLOTS, 7, method)
    with pytest.raises(ValueError, match="0 to 6 harmonics"):
        covariance_harmonics(np.ones((1, SLOT.size)), SLOT, SLOTS, [0], 7, method)
    with pytest.raises(ValueError, match="0 or more"):
        covariance_harmonics(np.ones((1, SLOT.size)), SLOT, SLOTS, [-1], 1, method)
    with pytest.raises(ValueError, match="0 to 6 harmonics"):
        course_of(np.ones(8, complex), SLOTS)


@pytest.mark.parametrize("method", METHODS)
def test_a_series_without_values_is_missing_and_leaves_the_others_alone(method):
    values = gaussian_pcrp(np.random.default_rng(98), 2)
    both = values.copy()
    both[1] = np.nan
    of_both = mean_harmonics(both, SLOT, SLOTS, 2, method)
    np.testing.assert_array_equal(of_both[0], mean_harmonics(values, SLOT, SLOTS, 2, method)[0])
    assert np.isnan(of_both[1]).all()
    centred = centred_of(both, SLOT, SLOTS)
    of_both = covariance_harmonics(centred, SLOT, SLOTS, [0, 3], 2, method)
    assert np.isfinite(of_both[0]).all()
    assert np.isnan(of_both[1]).all()


@pytest.mark.parametrize("method", METHODS)
def test_harmonics_scale_and_shift_with_the_series(method):
    values = gaussian_pcrp(np.random.default_rng(99), 2)
    ours = mean_harmonics(values, SLOT, SLOTS, 3, method)
    np.testing.assert_allclose(mean_harmonics(1e9 * values, SLOT, SLOTS, 3, method), 1e9 * ours, rtol=1e-9)
    later = mean_harmonics(values, (SLOT + 5) % SLOTS, SLOTS, 3, method)
    np.testing.assert_allclose(later, ours * np.exp(-2j * np.pi * 5 * np.arange(4) / SLOTS), atol=1e-12)
