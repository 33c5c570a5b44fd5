import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from traffic.models.periodic.cycle_components import compressed, cycle_components


def test_the_harmonics_of_a_complete_cycle_are_its_fourier_coefficients():
    rng = np.random.default_rng(0)
    values = rng.standard_normal((2, 5 * 24))
    found = cycle_components(values, 24.0)
    scaled = compressed(values).reshape(2, 5, 24)
    # The time of a value is the middle of its step.
    turn = np.exp(-1j * np.pi * np.arange(1, 5) / 24)
    np.testing.assert_allclose(found.coefficients, np.fft.rfft(scaled, norm="forward")[..., 1:5] * turn)


def test_missing_values_and_any_length_of_cycle_leave_a_pure_harmonic_as_it_is():
    period = 50.7
    at = (np.arange(520) + 0.5) / period
    values = np.cos(2 * np.pi * at - 1.0)[None, :]
    whole = cycle_components(values, period)
    gaps = values.copy()
    gaps[0, 60:68] = np.nan
    gapped = cycle_components(gaps, period)
    assert gapped.is_known.all()
    np.testing.assert_allclose(np.angle(whole.coefficients[..., 0]), -1.0, atol=1e-3)
    np.testing.assert_allclose(np.angle(gapped.coefficients[..., 0]), -1.0, atol=2e-2)


def test_cycles_that_lack_a_quarter_do_not_tell():
    values = np.random.default_rng(1).standard_normal((1, 4 * 48))
    values[0, 48 : 48 + 13] = np.nan
    values[0, 96 : 96 + 12] = np.nan
    assert cycle_components(values, 48.0).is_known.tolist() == [[True, False, True, True]]


def test_fine_steps_are_averaged_and_keep_the_phase():
    at = (np.arange(3 * 1440) + 0.5) / 1440
    found = cycle_components(np.cos(2 * np.pi * at - 2.0)[None, :], 1440.0)
    np.testing.assert_allclose(np.angle(found.coefficients[..., 0]), -2.0, atol=1e-6)


def test_series_without_spread_or_values_have_no_harmonics():
    values = np.stack([np.full(96, 3.0), np.full(96, np.nan)])
    assert not cycle_components(values, 24.0).is_known.any()
    assert cycle_components(np.zeros((1, 10)), 24.0).coefficients.shape == (1, 0, 4)
    assert cycle_components(np.zeros((0, 96)), 24.0).coefficients.shape == (0, 4, 4)


def test_the_scale_does_not_depend_on_the_unit_and_holds_bursts_down():
    values = np.random.default_rng(2).standard_normal((1, 500))
    np.testing.assert_allclose(compressed(1e9 * values + 1e10), compressed(values), atol=1e-6)
    values[0, 7] = 1e6
    assert compressed(values)[0, 7] < 20


@given(arrays(np.float64, (1, 72), elements=st.one_of(st.just(np.nan), st.floats(-1e300, 1e300))))
def test_any_values_give_finite_harmonics_or_none(values):
    found = cycle_components(values, 24.0)
    assert np.isfinite(found.coefficients[found.is_known]).all()


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"\(series, time\)"):
        cycle_components(np.zeros(96), 24.0)
    with pytest.raises(ValueError, match="at least 4 steps"):
        cycle_components(np.zeros((1, 96)), 3.0)
