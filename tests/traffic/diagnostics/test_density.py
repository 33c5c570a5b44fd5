import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import gaussian_kde, norm

from traffic.diagnostics.density import (
    MIN_VALUES,
    N_VALUES,
    SERIES_AT_ONCE,
    density_by_day_and_hour,
    density_by_hour,
)

PER_HOUR = 12
DAY = 24 * PER_HOUR


def clock(n_days):
    times = np.arange(n_days * DAY)
    return times // PER_HOUR % 24, times // DAY


def traffic(n_series=3, n_days=14, seed=0):
    rng = np.random.default_rng(seed)
    hour, _ = clock(n_days)
    course = 100 + 40 * np.sin(2 * np.pi * hour / 24)
    values = course + 10 * rng.standard_t(5, (n_series, hour.size))
    values[rng.random(values.shape) < 0.1] = np.nan
    return values, hour


def test_the_gaussian_density_is_that_of_the_mean_and_variance_of_the_hour():
    values, hour = traffic()
    found = density_by_hour(values, hour)
    assert found.gaussian.shape == found.empirical.shape == (3, 24, N_VALUES)
    for series, at in ((0, 0), (1, 7), (2, 23)):
        x = values[series, hour == at]
        expected = norm.pdf(found.value[series], np.nanmean(x), np.nanstd(x, ddof=1))
        np.testing.assert_allclose(found.gaussian[series, at], expected, rtol=1e-9)
        assert found.n_values[series, at] == np.count_nonzero(~np.isnan(x))


def test_the_empirical_density_is_scipys_kernel_estimate_with_silvermans_bandwidth():
    values, hour = traffic()
    found = density_by_hour(values, hour)
    for series, at in ((0, 3), (2, 15)):
        x = values[series, hour == at]
        x = x[~np.isnan(x)]
        silverman = 0.9 * min(x.std(ddof=1), np.subtract(*np.quantile(x, (0.75, 0.25))) / 1.34) * x.size**-0.2
        spacing = np.diff(found.value[series])[0]
        assert found.bandwidth[series, at] == pytest.approx(max(silverman, spacing))
        slow = gaussian_kde(x, bw_method=found.bandwidth[series, at] / x.std(ddof=1))(found.value[series])
        assert np.abs(found.empirical[series, at] - slow).max() < 0.005 * slow.max()


def test_both_densities_integrate_to_one():
    values, hour = traffic()
    found = density_by_hour(values, hour)
    spacing = np.diff(found.value, axis=1)[:, :1]
    for density in (found.gaussian, found.empirical):
        np.testing.assert_allclose(density.sum(axis=2) * spacing, 1.0, atol=0.01)


def test_a_day_alone_is_its_own_values_on_the_grid_of_all_days():
    values, hour = traffic()
    _, day = clock(14)
    wanted = np.where(day >= 12, day - 12, -1)
    days = density_by_day_and_hour(values, hour, wanted, 2)
    assert days.empirical.shape == (3, 2, 24, N_VALUES)
    np.testing.assert_array_equal(days.value, density_by_hour(values, hour).value)
    x = values[1, (day == 13) & (hour == 9)]
    expected = norm.pdf(days.value[1], np.nanmean(x), np.nanstd(x, ddof=1))
    np.testing.assert_allclose(days.gaussian[1, 1, 9], expected, rtol=1e-9)


def test_two_modes_show_in_the_empirical_density_alone():
    rng = np.random.default_rng(1)
    hour, day = clock(20)
    values = np.where(day % 2, 10.0, 20.0) + rng.standard_normal(hour.size)
    found = density_by_hour(values[None, :], hour)
    middle = np.argmin(np.abs(found.value[0] - 15))
    assert found.gaussian[0, 4, middle] > 0.9 * found.gaussian[0, 4].max()
    assert found.empirical[0, 4, middle] < 0.2 * found.empirical[0, 4].max()


def test_hours_that_do_not_tell_have_no_density():
    values, hour = traffic(n_series=4, n_days=2)
    values[0, hour == 5] = 77.0
    values[1, np.flatnonzero(hour == 6)[MIN_VALUES - 1 :]] = np.nan
    values[2] = 3.0
    values[3] = np.nan
    found = density_by_hour(values, hour)
    for density in (found.gaussian, found.empirical):
        assert np.isnan(density[0, 5]).all()
        assert np.isnan(density[1, 6]).all()
        assert np.isnan(density[2:]).all()
        assert np.isfinite(density[0, 6]).all()
    assert np.isnan(found.value[2:]).all()
    assert found.n_values[2].sum() == hour.size


def test_series_do_not_disturb_each_other_in_whatever_company():
    values, hour = traffic(n_series=SERIES_AT_ONCE + 3, n_days=2)
    together, alone = density_by_hour(values, hour), density_by_hour(values[-1:], hour)
    np.testing.assert_allclose(together.empirical[-1:], alone.empirical, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_densities_are_per_unit_of_the_series(scale):
    values, hour = traffic()
    ours, scaled = density_by_hour(values, hour), density_by_hour(scale * values, hour)
    np.testing.assert_allclose(scaled.empirical * scale, ours.empirical, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(scaled.value / scale, ours.value, rtol=1e-9)


@pytest.mark.parametrize("shape", [(0, DAY), (2, 0)])
def test_nothing_has_no_density(shape):
    values = np.zeros(shape)
    found = density_by_hour(values, clock(1)[0][: shape[1]])
    assert found.gaussian.shape == (shape[0], 24, N_VALUES)
    assert np.isnan(found.gaussian).all()


def test_what_does_not_fit_is_refused():
    values, hour = traffic(n_days=1)
    with pytest.raises(ValueError, match=r"shape \(series, time\)"):
        density_by_hour(values[0], hour)
    with pytest.raises(ValueError, match="Hours must lie in 0 to 23"):
        density_by_hour(values, hour + 1)
    with pytest.raises(ValueError, match="Days must lie below 1"):
        density_by_day_and_hour(values, hour, np.ones_like(hour), 1)


@given(arrays(np.float64, (2, 48), elements=st.one_of(st.just(np.nan), st.floats(-1e300, 1e300))))
def test_any_values_have_densities_that_are_not_negative(values):
    found = density_by_hour(values, np.repeat([0, 13], 24))
    for density in (found.gaussian, found.empirical):
        assert not (density < 0).any()
        assert not np.isinf(density).any()
