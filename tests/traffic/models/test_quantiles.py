import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from traffic.models.quantiles import QUANTILE_COLUMNS, QUANTILE_LEVELS, Forecast, gaussian_forecast

GOOD = np.arange(14.0).reshape(2, 7)


def test_each_column_is_named_after_its_level():
    assert [f"q{str(level)[2:].ljust(2, '0')}" for level in QUANTILE_LEVELS] == list(QUANTILE_COLUMNS)


@pytest.mark.parametrize(
    ("mean", "quantiles", "is_non_negative", "says"),
    [
        (np.zeros(3), GOOD, False, r"shape \(horizon,\)"),
        (np.zeros(2), GOOD[:, :6], False, r"\(horizon, 7\)"),
        (np.array([0.0, np.nan]), GOOD, False, r"2 step\(s\) ahead is not finite"),
        (np.zeros(2), np.where(GOOD == 3, np.inf, GOOD), False, r"1 step\(s\) ahead is not finite"),
        (
            np.zeros(2),
            np.where(GOOD == 9, 12.5, GOOD),
            False,
            r"2 step\(s\) ahead has quantiles out of order",
        ),
        (np.zeros(2), GOOD - 1, True, r"1 step\(s\) ahead is negative"),
        (np.array([0.0, -1.0]), GOOD, True, r"2 step\(s\) ahead is negative"),
    ],
)
def test_an_invalid_forecast_is_refused_with_its_place(mean, quantiles, is_non_negative, says):
    with pytest.raises(ValueError, match=says):
        Forecast(mean, quantiles, is_non_negative)


def test_equal_quantiles_and_zeros_are_valid():
    assert Forecast(np.zeros(2), np.zeros((2, 7)), is_non_negative=True).horizon == 2


def test_gaussian_quantiles_are_those_of_the_normal_law():
    forecast = gaussian_forecast(np.array([10.0]), np.array([2.0]), is_non_negative=True)
    np.testing.assert_allclose(norm.cdf(forecast.quantiles[0], 10, 2), QUANTILE_LEVELS, rtol=1e-12)


@settings(deadline=None)
@given(
    mean=arrays(float, 5, elements=st.floats(-1e12, 1e12)),
    std=arrays(float, 5, elements=st.floats(0, 1e12)),
)
def test_clipping_keeps_order_and_leaves_positive_quantiles_alone(mean, std):
    free = gaussian_forecast(mean, std, is_non_negative=False)
    clipped = gaussian_forecast(mean, std, is_non_negative=True)
    np.testing.assert_array_equal(clipped.quantiles, np.where(free.quantiles > 0, free.quantiles, 0))
    assert (np.diff(clipped.quantiles, axis=1) >= 0).all()
