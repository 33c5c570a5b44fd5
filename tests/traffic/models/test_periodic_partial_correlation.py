import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.models.periodic.autoregression_law import simulate_autoregression
from traffic.models.periodic.partial_correlation import periodic_partial_correlation


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 999), share=st.floats(0, 0.3))
def test_it_correlates_what_two_regressions_leave_of_the_cycles_that_are_complete(seed, share):
    rng = np.random.default_rng(seed)
    values = np.cumsum(rng.standard_normal((2, 60)), axis=1)
    values[rng.random(values.shape) < share] = np.nan
    slot = np.arange(60) % 4
    ours = periodic_partial_correlation(values, slot, 4, 3)
    for series in range(2):
        for s in range(4):
            for lag in range(1, 4):
                times = [t for t in range(lag, 60) if slot[t] == s]
                rows = np.array([values[series, t - lag : t + 1] for t in times])
                rows = rows[~np.isnan(rows).any(axis=1)]
                if len(rows) <= lag:
                    assert np.isnan(ours[series, s, lag - 1])
                    continue
                between = rows[:, 1:-1]
                fit = np.linalg.lstsq(between, rows[:, [0, -1]], rcond=None)[0]
                first, last = (rows[:, [0, -1]] - between @ fit).T
                expected = first @ last / np.sqrt((first @ first) * (last @ last))
                assert ours[series, s, lag - 1] == pytest.approx(expected, abs=1e-6)


def test_it_cuts_off_after_the_order_of_an_autoregression():
    coefficients = np.array([[0.5, 0.3], [-0.4, 0.4], [0.8, -0.5]])
    values = simulate_autoregression(
        coefficients, np.array([1.0, 2.0, 0.5]), 400, 50, np.random.default_rng(131)
    )
    partial = periodic_partial_correlation(values, np.arange(1200) % 3, 3, 4)
    assert (np.abs(partial[:, :, 1].mean(axis=0)) > 0.2).all()
    # 50 records of 400 cycles: a standard error of 1 / sqrt(20,000).
    np.testing.assert_allclose(partial[:, :, 2:].mean(axis=0), 0.0, atol=4 / np.sqrt(20_000))
    np.testing.assert_allclose(partial[:, :, 2:].std(axis=0), 1 / np.sqrt(400), rtol=0.4)


def test_what_has_nothing_left_to_correlate_is_missing():
    values = np.tile([1.0, 2.0, 0.0, 1.0, -3.0, 0.0], 4)[None, :]
    partial = periodic_partial_correlation(values, np.arange(24) % 3, 3, 2)
    assert np.isnan(partial[0, 2]).all()
    assert np.isnan(partial[0, 0, 0])
    assert not np.isnan(partial[0, 1, 0])


def test_a_lag_of_nothing_is_refused():
    with pytest.raises(ValueError, match="1 or more"):
        periodic_partial_correlation(np.ones((1, 6)), np.arange(6) % 3, 3, 0)
